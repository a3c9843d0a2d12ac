"""The large view of one picture: its neighbours, its copies to save, and whose it is."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from generation.engine.image_files import encode_png
from generation.pictures.formats import _signer

FACTS = {"prompt": 'a "red" <boat> & 🦊', "seed": "7", "recipe": "{}"}


def hang(row, index=0):
    """Put a real signed picture where the worker would."""
    png = encode_png(bytes(range(192)) * 64, 64, 64, FACTS)
    content = _signer().sign_png(png, "ink", {"pack": "ink v1"})
    image = row.images.get(index=index)
    image.file.save(image.file.name, ContentFile(content))
    return content


def address(row, index=0):
    return f"/generations/{row.pk}/{index}/"


def test_it_shows_the_picture_with_what_comes_next(as_alice, alice, make_generation):
    row = make_generation(alice)
    page = as_alice.get(address(row)).content.decode()
    assert f'src="{address(row)[:-1]}.png"' in page
    assert "/create/?prompt=a+red+boat&amp;pack=ink&amp;strength=85&amp;seed=7" in page
    for saved in ("format=png", "format=webp", "format=jpeg", "size=2"):
        assert saved in page


def test_it_turns_through_all_pictures_in_order(as_alice, alice, bob, make_generation):
    oldest, middle, newest = (make_generation(alice, count=n) for n in (1, 2, 1))
    make_generation(bob)
    make_generation(alice, "failed")
    seen, at = [], address(newest)
    while at:
        seen.append(at)
        page = as_alice.get(at).content.decode()
        at = page.partition('rel="next" href="')[2].partition('"')[0]
    expected = [address(newest), address(middle), address(middle, 1), address(oldest)]
    assert seen == expected
    back = as_alice.get(address(oldest)).content.decode()
    assert f'rel="prev" href="{address(middle, 1)}"' in back


def test_it_asks_the_database_as_often_however_many(
    as_alice, alice, make_generation, django_assert_num_queries
):
    rows = [make_generation(alice, count=2) for _ in range(6)]
    with django_assert_num_queries(13):
        as_alice.get(address(rows[3]))


@pytest.mark.parametrize("path", ["", "download"])
def test_it_answers_404_to_everybody_else(client, as_bob, alice, make_generation, path):
    row = make_generation(alice)
    assert as_bob.get(address(row) + path).status_code == 404
    assert client.get(address(row) + path).status_code == 404


def test_it_gives_the_original_untouched(as_alice, alice, make_generation):
    row = make_generation(alice)
    original = hang(row)
    saved = as_alice.get(address(row) + "download")
    assert saved.content == original
    assert saved["Content-Disposition"] == 'attachment; filename="ink-7.png"'


@pytest.mark.parametrize(
    ("query", "name", "kind", "edge"),
    [
        ("format=webp", "ink-7.webp", "WEBP", 64),
        ("format=jpeg", "ink-7.jpg", "JPEG", 64),
        ("format=png&size=2", "ink-7-2x.png", "PNG", 128),
    ],
)
def test_it_keeps_words_and_signature_in_copies(
    as_alice, alice, make_generation, query, name, kind, edge
):
    row = make_generation(alice)
    hang(row)
    saved = as_alice.get(f"{address(row)}download?{query}")
    assert saved["Content-Disposition"] == f'attachment; filename="{name}"'
    with Image.open(io.BytesIO(saved.content)) as image:
        assert (image.format, image.width) == (kind, edge)
    verdict = _signer().verify(saved.content)
    assert verdict.is_trusted
    assert verdict.summary == {"pack": "ink v1"}
    assert b"trainedAlgorithmicMedia" in saved.content
    said = "boat" if kind == "PNG" else "&lt;boat&gt; &amp; 🦊"
    assert said.encode() in saved.content


def test_it_signs_no_copy_of_what_was_changed(as_alice, alice, make_generation):
    row = make_generation(alice)
    image = row.images.get()
    changed = Image.open(io.BytesIO(hang(row)))
    again = io.BytesIO()
    changed.rotate(90).save(again, "PNG")
    image.file.save(image.file.name, ContentFile(again.getvalue()))
    saved = as_alice.get(address(row) + "download?format=jpeg")
    assert _signer().verify(saved.content).state == "unsigned"


@pytest.mark.parametrize("query", ["format=gif", "format=png&size=9", "format=webp"])
def test_it_answers_404_to_what_it_cannot_save(as_alice, alice, make_generation, query):
    # The fixture's file is no real picture: the last of these cannot be read.
    row = make_generation(alice)
    assert as_alice.get(f"{address(row)}download?{query}").status_code == 404
