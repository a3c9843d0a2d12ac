"""Deleting: hidden at once, to be brought back for ten minutes, then gone from storage too."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from generation import recovery
from generation.models import GeneratedImage, Generation, Removal
from generation.pictures import removing


def names(images):
    return [file.name for image in images for file in (image.file, image.thumbnail)]


def select(client, deed, images):
    fields = {"do": deed, "image": [image.pk for image in images], "back": "/images/"}
    return client.post("/images/selection", fields, follow=True)


def let_time_pass(minutes=11):
    Removal.objects.update(made_at=timezone.now() - timedelta(minutes=minutes))


def test_it_asks_before_it_deletes_a_generation(as_alice, alice, make_generation):
    row = make_generation(alice)
    page = as_alice.get(f"/generations/{row.pk}/delete").content.decode()
    assert "bring it back for ten minutes" in page
    assert not Removal.objects.exists()


def test_it_hides_at_once_and_brings_back(as_alice, alice, make_generation):
    row = make_generation(alice, count=2)
    page = as_alice.post(f"/generations/{row.pk}/delete", follow=True).content.decode()
    assert "2 pictures deleted." in page
    for path in ("", "0/", "0.png", "0.webp", "0/download"):
        assert as_alice.get(f"/generations/{row.pk}/{path}").status_code == 404
    undo = f"/images/undo/{Removal.objects.get().pk}"
    assert "Brought back." in as_alice.post(undo, follow=True).content.decode()
    assert as_alice.get(f"/generations/{row.pk}/1.png").status_code == 200
    assert not Removal.objects.exists()


def test_it_hides_one_picture_of_several(as_alice, alice, make_generation):
    row = make_generation(alice, count=2)
    as_alice.post(f"/generations/{row.pk}/0/delete")
    assert as_alice.get(f"/generations/{row.pk}/0/").status_code == 404
    page = as_alice.get(f"/generations/{row.pk}/").content.decode()
    assert f"/generations/{row.pk}/1.png" in page
    assert f"/generations/{row.pk}/0.png" not in page
    assert "not charged" not in page


def test_it_hides_a_generation_with_its_last_picture(as_alice, alice, make_generation):
    row = make_generation(alice, count=2)
    select(as_alice, "delete", row.images.all())
    assert as_alice.get(f"/generations/{row.pk}/").status_code == 404
    assert "Nothing here yet" in as_alice.get("/images/").content.decode()


def test_it_erases_files_and_rows_after_ten_minutes(as_alice, alice, make_generation):
    gone, stays = make_generation(alice, count=2), make_generation(alice, count=2)
    files = names([*gone.images.all(), stays.images.get(index=0)])
    select(as_alice, "delete", [*gone.images.all(), stays.images.get(index=0)])
    recovery.sweep()
    assert all(default_storage.exists(name) for name in files)
    let_time_pass()
    recovery.sweep()
    assert not any(default_storage.exists(name) for name in files)
    assert list(Generation.objects.all()) == [stays]
    assert GeneratedImage.objects.get().index == 1
    assert not Removal.objects.exists()


def test_it_says_when_it_is_too_late(as_alice, alice, make_generation):
    removal = removing.remove(alice, make_generation(alice).images.all())
    let_time_pass()
    page = as_alice.post(f"/images/undo/{removal.pk}", follow=True).content.decode()
    assert "too late" in page
    assert "1 picture deleted" not in page


def test_it_tries_again_when_storage_fails(alice, make_generation, monkeypatch):
    removing.remove(alice, make_generation(alice).images.all())
    let_time_pass()

    def fail(name):
        raise OSError("storage is away")

    with monkeypatch.context() as away:
        away.setattr(default_storage, "delete", fail)
        assert removing.erase_expired() == 0
    # What may be half gone is not brought back.
    assert removing.undo(alice, Removal.objects.get().pk) is None
    assert removing.erase_expired() == 1
    assert not Generation.objects.exists()


def test_it_cancels_what_is_still_being_made(as_alice, alice, make_generation):
    row = make_generation(alice, "rendering")
    as_alice.post(f"/generations/{row.pk}/delete")
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert as_alice.get(f"/generations/{row.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["generations/{row.pk}/delete", "generations/{row.pk}/0/delete"])
def test_it_deletes_nothing_of_other_people(as_bob, alice, make_generation, path):
    row = make_generation(alice)
    assert as_bob.post("/" + path.format(row=row)).status_code == 404
    assert select(as_bob, "delete", row.images.all()).status_code == 404
    assert not Removal.objects.exists()


def test_it_lets_nobody_undo_for_another(as_bob, alice, make_generation):
    removal = removing.remove(alice, make_generation(alice).images.all())
    as_bob.post(f"/images/undo/{removal.pk}")
    assert Removal.objects.exists()
