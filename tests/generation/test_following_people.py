"""A guest's pictures follow them; a leaver's pictures go."""

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from accounts.signals import account_leaving, guest_adopted
from generation.models import FairShare, Generation

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest(db):
    return User.objects.create(username="guest-1", is_guest=True)


def test_it_moves_a_guests_generations_and_served_time(guest, alice, submit, process):
    done = submit(guest)
    process.work()
    waiting = submit(guest, prompt="a house")
    guest_adopted.send(sender=User, guest=guest, person=alice)
    assert set(alice.generations.all()) == {done, waiting}
    assert FairShare.objects.get(person=alice).served_seconds == pytest.approx(0.6)


def test_it_moves_generations_whose_keys_collide(guest, alice, submit):
    theirs, own = submit(guest, key="same"), submit(alice, key="same")
    guest_adopted.send(sender=User, guest=guest, person=alice)
    assert set(alice.generations.all()) == {theirs, own}


def test_it_deletes_a_leavers_rows_and_files(
    alice, submit, process, django_capture_on_commit_callbacks
):
    done = submit(alice)
    process.work()
    submit(alice)
    with django_capture_on_commit_callbacks(execute=True):
        account_leaving.send(sender=User, person=alice)
    assert not Generation.objects.exists()
    assert not default_storage.exists(f"generations/{done.pk}/0.png")
