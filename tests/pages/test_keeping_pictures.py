"""Favourites, and what is done with several pictures at once."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage

from generation.models import Favourite
from tests.pages.conftest import PNG


@pytest.fixture
def picked(alice, make_generation):
    """Three pictures of Alice's."""
    rows = [make_generation(alice, count=2), make_generation(alice)]
    return [image for row in rows for image in row.images.all()]


def do(client, deed, images, **more):
    fields = {"do": deed, "image": [image.pk for image in images], "back": "/images/", **more}
    return client.post("/images/selection", fields, follow=True)


def unpacked(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response)))


def test_it_turns_a_favourite_on_and_off(as_alice, picked):
    image = picked[0]
    address = f"/generations/{image.generation_id}/{image.index}/"
    for on, pressed in (("1", "true"), ("1", "true"), ("0", "false")):
        page = as_alice.post(f"{address}favourite", {"on": on}, follow=True).content.decode()
        assert f'aria-pressed="{pressed}"' in page
    assert not Favourite.objects.exists()


def test_it_answers_htmx_with_the_heart_alone(as_alice, picked):
    image = picked[0]
    address = f"/generations/{image.generation_id}/{image.index}/favourite"
    heart = as_alice.post(address, {"on": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in heart
    assert "<html" not in heart


def test_it_keeps_favourites_together(as_alice, picked):
    page = do(as_alice, "favourite", picked[:2]).content.decode()
    assert "2 pictures added to your favourites." in page
    assert page.count("tile__heart") == 2
    shown = as_alice.get("/images/?show=favourites").content.decode()
    assert shown.count('class="tile"') == 2
    do(as_alice, "unfavourite", picked[:1])
    assert as_alice.get("/images/?show=favourites").content.decode().count('class="tile"') == 1


def test_it_says_how_to_get_favourites(as_alice, alice):
    assert "press the heart" in as_alice.get("/images/?show=favourites").content.decode()


def test_it_asks_the_database_as_often_for_many_favourites(
    as_alice, alice, make_generation, django_assert_num_queries
):
    for _ in range(3):
        do(as_alice, "favourite", make_generation(alice, count=4).images.all())
    with django_assert_num_queries(8):
        as_alice.get("/images/?show=favourites")


def test_it_packs_pictures_into_one_file(as_alice, picked):
    archive = unpacked(do(as_alice, "zip", picked))
    assert sorted(archive.namelist()) == ["ink-7 (2).png", "ink-7.png", "ink-8.png"]
    assert archive.read("ink-8.png") == PNG
    assert archive.testzip() is None


def test_it_names_what_it_could_not_pack(as_alice, picked):
    default_storage.delete(picked[1].file.name)
    archive = unpacked(do(as_alice, "zip", picked))
    assert "ink-8.png" in archive.read("missing.txt").decode()
    assert len(archive.namelist()) == 3


def test_it_asks_for_a_pick_first(as_alice, alice):
    assert "Pick some pictures first." in do(as_alice, "favourite", []).content.decode()


@pytest.mark.parametrize("deed", ["favourite", "zip"])
def test_it_touches_nobody_elses(as_bob, client, picked, deed):
    assert do(as_bob, deed, picked).status_code == 404
    assert do(client, deed, picked).status_code == 404
    assert not Favourite.objects.exists()


def test_it_refuses_what_it_does_not_know(as_alice, picked):
    assert do(as_alice, "frame", picked).status_code == 404
    fields = {"do": "favourite", "image": ["no-id"]}
    assert as_alice.post("/images/selection", fields).status_code == 404


def test_it_goes_back_to_no_other_house(as_alice, picked):
    fields = {"do": "favourite", "image": [picked[0].pk], "back": "//elsewhere.example/"}
    assert as_alice.post("/images/selection", fields)["Location"] == "/images/"


def test_it_follows_a_guest_who_signs_up(client, ink, alice, make_generation):
    from accounts.models import User
    from generation.receivers import adopt

    guest = User.objects.create(username="g", is_guest=True)
    do_not_lose = make_generation(guest).images.get()
    Favourite.objects.create(person=guest, image=do_not_lose)
    adopt(guest, alice)
    assert alice.favourites.get().image == do_not_lose
