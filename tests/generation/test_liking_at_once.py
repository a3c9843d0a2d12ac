"""Many people, one picture: every like counts once, and enough reports hide it. Real threads."""

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from generation.gallery import liking, moderating
from generation.models import GeneratedImage, Like, Report, Share, Standing
from generation.pictures import sharing
from generation.submission import Wish, submit
from tests.shared_databases import together
from tests.stylepacks.factories import make_pack

PEOPLE = 8


@pytest.fixture
def share(shared_database):
    make_pack("ink")
    owner = User.objects.create(username="owner")
    row = submit(owner, Wish("ink", "a red boat", seed=7), "k")
    image = GeneratedImage(generation=row, index=0, seed=7, width=64, height=64, byte_size=1)
    image.file.save("0.png", ContentFile(b"p"), save=False)
    image.save()
    return sharing.share(image, is_public=True, shows_prompt=False)


@pytest.fixture
def people(share):
    return [User.objects.create(username=f"person-{number}") for number in range(PEOPLE)]


def count():
    assert Share.objects.get().like_count == Like.objects.count()
    return Share.objects.get().like_count


def test_every_like_counts_once(share, people):
    together(lambda number: liking.like(people[number], share))
    assert count() == PEOPLE
    together(lambda number: liking.like(people[number], share))
    assert count() == PEOPLE


def test_one_person_in_many_tabs_likes_once(share, people):
    together(lambda _: liking.like(people[0], share))
    assert count() == 1
    together(lambda _: liking.unlike(people[0], share))
    assert count() == 0


def test_likes_and_their_ends_cross_without_losing_count(share, people):
    for person in people[::2]:
        liking.like(person, share)

    def turn(number):
        (liking.like if number % 2 else liking.unlike)(people[number], share)

    together(turn)
    assert count() == PEOPLE // 2


def test_likes_and_leaving_accounts_cross_without_losing_count(share, people):
    for person in people[::2]:
        liking.like(person, share)

    def turn(number):
        if number % 2:
            liking.like(people[number], share)
        else:
            people[number].delete()

    together(turn)
    assert count() == PEOPLE // 2


def test_reports_at_once_hide_it_once(share, people, settings):
    settings.GALLERY_REPORTS = PEOPLE
    together(lambda number: moderating.report(people[number], share.image, "spirit"))
    assert Report.objects.count() == PEOPLE
    assert Standing.objects.get().state == "hidden"


def test_one_person_in_many_tabs_reports_once(share, people):
    made = together(lambda _: moderating.report(people[0], share.image, "spirit"))
    assert made.count(True) == 1
    assert Report.objects.count() == 1
