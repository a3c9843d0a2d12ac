"""Example pictures: installed from files, served, and shown beside their prompts."""

import pytest

from stylepacks.example_pictures import examples_of, install_pictures
from stylepacks.models import ExamplePicture
from tests.stylepacks.factories import make_pack

PROMPTS = ["a red boat", "a blue “cat” & co"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ink-1.webp").write_bytes(b"boat")
    (tmp_path / "ink-2.webp").write_bytes(b"cat")
    return tmp_path


@pytest.fixture
def ink(db, folder):
    pack = make_pack("ink", examples=PROMPTS)
    install_pictures(pack, PROMPTS, folder)
    return pack


def stored(pack):
    return [(each.prompt, each.file.read()) for each in pack.example_pictures.all()]


def test_it_takes_in_one_picture_for_each_prompt(ink, folder):
    assert stored(ink) == [(PROMPTS[0], b"boat"), (PROMPTS[1], b"cat")]
    before = list(ExamplePicture.objects.values())
    install_pictures(ink, PROMPTS, folder)
    assert list(ExamplePicture.objects.values()) == before


@pytest.mark.django_db(transaction=True)
def test_it_replaces_what_changed_and_drops_what_is_no_example(folder, media_folder):
    pack = make_pack("ink", examples=PROMPTS)
    install_pictures(pack, PROMPTS, folder)
    (folder / "ink-1.webp").write_bytes(b"better boat")
    install_pictures(pack, PROMPTS[:1], folder)
    assert stored(pack) == [(PROMPTS[0], b"better boat")]
    assert len(list((media_folder / "examples").iterdir())) == 1


def test_it_shows_words_alone_where_a_picture_is_missing(ink, folder, client):
    (folder / "ink-2.webp").unlink()
    ExamplePicture.objects.filter(prompt=PROMPTS[1]).delete()
    install_pictures(ink, PROMPTS, folder)
    assert [bool(each.picture) for each in examples_of(ink.live_version)] == [True, False]
    page = client.get("/packs/ink/").content.decode()
    assert page.count("example__picture") == 1
    assert "a blue “cat” &amp; co" in page


def test_it_shows_pictures_that_lead_to_the_studio(ink, client):
    page = client.get("/packs/ink/").content.decode()
    picture = ink.example_pictures.first()
    assert f'src="/packs/ink/examples/{picture.pk}" alt="a red boat" width="384"' in page
    assert 'href="/create/?pack=ink&amp;prompt=a%20red%20boat"' in page
    assert page.count('loading="lazy"') == 2


def test_it_serves_the_pictures_of_offered_packs_alone(ink, client, folder):
    picture = ink.example_pictures.first()
    response = client.get(f"/packs/ink/examples/{picture.pk}")
    assert (response.content, response["Content-Type"]) == (b"boat", "image/webp")
    assert client.get(f"/packs/other/examples/{picture.pk}").status_code == 404
    draft = make_pack("sketch", published=False)
    hidden = ExamplePicture.objects.create(pack=draft, prompt="x", file="examples/x.webp")
    assert client.get(f"/packs/sketch/examples/{hidden.pk}").status_code == 404
    picture.file.storage.delete(picture.file.name)
    assert client.get(f"/packs/ink/examples/{picture.pk}").status_code == 404
