"""Pictures: their place is kept, their size fits, and nothing of them is left behind."""

import io
import re
from html.parser import HTMLParser

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from generation.engine.image_files import thumbnail_webp
from stylepacks import sized_covers
from stylepacks.models import StylePack

PAGES = ["/", "/packs/", "/packs/ink/", "/create/", "/images/", "/learn/"]
FORMATS = {"avif": "AVIF", "webp": "WEBP"}


def picture(edge=512, colour="tomato"):
    out = io.BytesIO()
    Image.new("RGB", (edge, edge), colour).save(out, "WEBP")
    return out.getvalue()


@pytest.fixture
def covered(ink):
    sized_covers.use(ink, "ink-1.webp", picture())
    return ink


class Images(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.found.append(dict(attributes))


def images(client, path):
    return Images(client.get(path).content.decode()).found


@pytest.mark.parametrize("path", PAGES)
def test_it_keeps_the_place_of_every_picture(as_alice, alice, covered, make_generation, path):
    make_generation(alice)
    for each in images(as_alice, path):
        assert each.keys() >= {"src", "alt", "width", "height"}, each


@pytest.mark.parametrize("path", ["/", "/packs/", "/packs/ink/", "/create/"])
def test_it_offers_covers_in_several_sizes(client, covered, path):
    page = client.get(path).content.decode()
    assert '<source type="image/avif" srcset="/packs/ink/cover/128.avif 128w' in page
    assert 'srcset="/packs/ink/cover/128.webp 128w' in page


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("width", [128, 256])
def test_it_draws_a_cover_in_a_size_once(client, covered, kind, width):
    first = client.get(f"/packs/ink/cover/{width}.{kind}")
    with Image.open(io.BytesIO(first.content)) as drawn:
        assert (drawn.format, drawn.size) == (FORMATS[kind], (width, width))
    assert first["Content-Type"] == f"image/{kind}"
    assert client.get(f"/packs/ink/cover/{width}.{kind}").content == first.content


@pytest.mark.parametrize("asked", ["100.webp", "256.png", "0.avif", "99999999999.webp"])
def test_it_draws_no_other_size(client, covered, asked):
    assert client.get(f"/packs/ink/cover/{asked}").status_code == 404


def test_it_draws_no_draft(client, covered):
    StylePack.objects.filter(pk=covered.pk).update(state=StylePack.State.DRAFT)
    assert client.get("/packs/ink/cover/256.webp").status_code == 404


def test_it_sends_a_cover_it_cannot_read_as_it_is(client, ink):
    sized_covers.use(ink, "ink-1.webp", b"no picture")
    assert ink.cover_blur == ""
    assert client.get("/packs/ink/cover/256.webp").content == b"no picture"


def test_it_removes_every_size_of_a_cover_that_is_replaced(client, covered):
    for width in sized_covers.WIDTHS:
        client.get(f"/packs/ink/cover/{width}.webp")
    sized_covers.use(covered, "ink-2.webp", picture(colour="navy"))
    client.get("/packs/ink/cover/128.avif")
    assert default_storage.listdir("covers")[1] == ["ink-2.webp"]
    assert default_storage.listdir("covers/sized")[1] == ["ink-2-128.avif"]


def test_it_shows_colours_before_the_picture_in_few_bytes(covered):
    assert re.fullmatch(r"data:image/webp;base64,[A-Za-z0-9+/=]+", covered.cover_blur)
    assert len(covered.cover_blur) < 600


def test_it_offers_a_large_thumbnail_where_there_is_one(as_alice, alice, make_generation):
    image = make_generation(alice).images.get()
    # It should show pictures that are older than the field …
    assert "srcset" not in images(as_alice, "/images/")[0]
    large = thumbnail_webp(bytes(512 * 512 * 3), 512, 512, edge=640)
    image.thumbnail_large.save(
        f"generations/{image.generation_id}/0.large.webp", ContentFile(large)
    )
    # … and newer ones in both sizes, each to its owner alone.
    shown = images(as_alice, "/images/")[0]
    address = f"/generations/{image.generation_id}/0.large.webp"
    assert shown["srcset"].endswith(f"0.webp 320w, {address} 512w")
    assert as_alice.get(address).content == large


def test_it_keeps_large_thumbnails_from_strangers(as_bob, alice, make_generation):
    image = make_generation(alice).images.get()
    image.thumbnail_large.save(f"generations/{image.generation_id}/0.large.webp", ContentFile(b"w"))
    address = f"/generations/{image.generation_id}/0.large.webp"
    assert as_bob.get(address).status_code == 404


@pytest.mark.parametrize("path", ["/", "/packs/ink/", "/create/"])
def test_it_stays_within_the_budget_of_a_first_load(client, covered, path):
    import gzip
    from pathlib import Path

    from django.contrib.staticfiles import finders

    page = client.get(path).content.decode()
    own = set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page))
    weights = [len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in own]
    assert sum(weights) <= 150 * 1024


def test_it_names_every_progress_bar():
    from tests.pages.test_page_rules import TEMPLATES

    bar = re.compile(r"""<progress\b[^>]*>|<[a-z]+\b[^>]*role="(?:progressbar|meter)"[^>]*>""")
    bars = [(path.name, each) for path in TEMPLATES for each in bar.findall(path.read_text())]
    assert bars
    assert [each for each in bars if not re.search("aria-(label|hidden)", each[1])] == []
