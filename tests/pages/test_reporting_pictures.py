"""Reports: who may make them, when they hide a picture, and what a curator then does."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts import limits
from accounts.models import User
from accounts.signals import guest_adopted
from generation.gallery import moderating
from generation.models import Report, Share, Standing
from tests.pages.test_gallery import hanging, show  # noqa: F401

QUEUE = "/admin/generation/standing/"


@pytest.fixture
def share(alice, show):  # noqa: F811
    return show(alice)


@pytest.fixture
def as_curator(curator):
    client = Client()
    client.force_login(curator)
    return client


@pytest.fixture
def people(db):
    return [User.objects.create(username=f"person-{number}") for number in range(8)]


def complain(client, share, reason="offensive", **words):
    return client.post(f"/gallery/{share.token}/report", {"reason": reason, **words})


def report_by(people, share, reason="offensive"):
    for person in people:
        moderating.report(person, share.image, reason)


def state():
    return Standing.objects.get().state


def test_it_thanks_and_counts_a_person_once(as_bob, share):
    assert "What is wrong with it?" in as_bob.get(f"/gallery/{share.token}/report").content.decode()
    for _ in range(2):
        complain(as_bob, share)
    thanks = as_bob.get(f"/gallery/{share.token}/report").content.decode()
    assert "Thank you" in thanks
    assert Report.objects.get().reason == "offensive"
    assert state() == "shown"


def test_it_takes_a_visitors_report(client, share):
    complain(client, share)
    assert Report.objects.get().person.is_guest
    assert "Thank you" in client.get(f"/gallery/{share.token}/report").content.decode()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Say what is wrong"),
        ({"reason": "boring"}, "Select a valid choice"),
        ({"reason": "other"}, "Say in a few words"),
        ({"reason": "other", "words": "x" * 501}, "within 500 characters"),
    ],
)
def test_it_says_what_is_missing(as_bob, share, told, said):
    response = as_bob.post(f"/gallery/{share.token}/report", told)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Report.objects.exists()


def test_it_limits_how_many_reports_come_from_one_place(as_bob, share, settings):
    settings.RATE_LIMITS = {"report": "1/hour"}
    limits.count("report", "127.0.0.1")
    response = complain(as_bob, share)
    assert (response.status_code, response["Retry-After"]) == (429, "3600")
    assert "That was a lot at once" in response.content.decode()
    assert not Report.objects.exists()


def test_it_leads_owners_to_their_own_page(as_alice, share):
    assert complain(as_alice, share).url == f"/generations/{share.image.generation_id}/0/"
    assert not Report.objects.exists()


def test_it_reports_nothing_that_is_not_in_the_gallery(as_bob, alice, show):  # noqa: F811
    unlisted = show(alice, is_public=False)
    assert complain(as_bob, unlisted).status_code == 404
    assert as_bob.get("/gallery/nothing/report").status_code == 404
    assert not Report.objects.exists()


def test_it_hides_a_picture_that_three_people_reported(client, as_alice, share, people):
    report_by(people[:2], share)
    assert hanging(client) == [share.token]
    report_by(people[2:3], share, "rights")
    assert hanging(client) == []
    page = client.get(f"/s/{share.token}/")
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    owner = as_alice.get(f"/generations/{share.image.generation_id}/0/").content.decode()
    assert "out of the gallery until a curator has looked" in owner


def test_its_last_reporter_is_thanked_though_it_is_gone(as_bob, share, people):
    report_by(people[:2], share)
    thanks = as_bob.post(f"/gallery/{share.token}/report", {"reason": "spirit"}, follow=True)
    assert "Thank you" in thanks.content.decode()


def test_guests_of_one_network_count_as_one(share):
    for number in range(5):
        guest = User.objects.create(username=f"g{number}", is_guest=True, guest_address="home")
        moderating.report(guest, share.image, "offensive")
    assert state() == "shown"
    assert moderating.complainants(share.image) == 1


def test_the_number_is_the_operators(share, people, settings):
    settings.GALLERY_REPORTS = 0
    report_by(people, share)
    assert state() == "shown"
    settings.GALLERY_REPORTS = 1
    report_by([User.objects.create(username="one-more")], share)
    assert state() == "hidden"


def test_a_guests_report_follows_them_once(share, bob):
    guest = User.objects.create(username="guest-1", is_guest=True)
    report_by([guest], share)
    guest_adopted.send(sender=User, guest=guest, person=bob)
    assert Report.objects.get().person == bob
    other = User.objects.create(username="guest-2", is_guest=True)
    report_by([other], share)
    guest_adopted.send(sender=User, guest=other, person=bob)
    other.delete()
    assert Report.objects.get().person == bob


def test_a_curator_sees_the_queue_with_thumbnails(as_curator, share, people):
    report_by(people[:3], share)
    standing = Standing.objects.get()
    page = as_curator.get(QUEUE).content.decode()
    assert f"{QUEUE}{standing.pk}/picture/?small" in page
    assert "It is offensive or hurtful" in page
    detail = as_curator.get(f"{QUEUE}{standing.pk}/change/").content.decode()
    assert "Take out of the gallery" in detail
    assert as_curator.get(f"{QUEUE}{standing.pk}/picture/?small").content == b"w"


def test_a_curator_keeps_it_and_the_same_reason_hides_it_no_more(
    client, as_curator, curator, share, people
):
    report_by(people[:3], share)
    as_curator.post(f"{QUEUE}{Standing.objects.get().pk}/keep/")
    assert hanging(client) == [share.token]
    standing = Standing.objects.get()
    assert (standing.decided_by, standing.state) == (curator, "shown")
    assert LogEntry.objects.get().user == curator
    assert "No result" in (empty := as_curator.get(QUEUE).content.decode()) or "0 " in empty
    report_by(people[3:6], share)
    assert state() == "shown"
    report_by([*people[6:8], User.objects.create(username="one-more")], share, "rights")
    assert state() == "hidden"


def test_a_curator_takes_it_out_for_good(client, as_alice, as_curator, share, people):
    report_by(people[:3], share)
    address = f"{QUEUE}{Standing.objects.get().pk}/"
    as_curator.post(f"{address}take-out/", {"why": "It shows   a neighbour."})
    assert not Share.objects.exists()
    assert client.get(f"/s/{share.token}/").status_code == 404
    own = f"/generations/{share.image.generation_id}/0/"
    assert "“It shows a neighbour.”" in as_alice.get(own).content.decode()
    told = as_alice.post(f"{own}share", {"reach": "public"}, follow=True).content.decode()
    assert "it cannot be public again" in told
    assert not Share.objects.get().is_public
    assert hanging(client) == []
    # A curator may have been wrong: then its owner may show it again.
    as_curator.post(f"{address}keep/")
    as_alice.post(f"{own}share", {"reach": "public"})
    assert len(hanging(client)) == 1


def test_a_revoked_link_forgets_no_report(as_alice, client, share, people):
    report_by(people[:3], share)
    own = f"/generations/{share.image.generation_id}/0/share"
    as_alice.post(own, {"revoke": ""})
    as_alice.post(own, {"reach": "public"})
    assert Share.objects.get().is_public
    assert hanging(client) == []


def test_several_are_decided_at_once(as_curator, alice, show, people):  # noqa: F811
    for share in (show(alice), show(alice)):
        report_by(people[:3], share)
    picked = list(Standing.objects.values_list("pk", flat=True))
    as_curator.post(QUEUE, {"action": "take_out_all", "_selected_action": picked})
    assert set(Standing.objects.values_list("state", "why")) == {
        ("taken out", "It is offensive or hurtful")
    }
    assert LogEntry.objects.count() == 2


def test_only_those_who_may_decide_see_and_decide(client, as_alice, as_bob, bob, share, people):
    report_by(people[:3], share)
    address = f"{QUEUE}{Standing.objects.get().pk}/"
    staff = Client()
    staff.force_login(User.objects.create(username="staff", is_staff=True))
    for person in (client, as_alice, as_bob, staff):
        for place in (QUEUE, f"{address}change/", f"{address}picture/"):
            assert person.get(place).status_code in (302, 403)
        for deed in ("keep", "take-out"):
            assert person.post(f"{address}{deed}/").status_code in (302, 403)
    assert state() == "hidden"


def test_it_asks_the_database_as_often_for_a_long_queue(as_curator, alice, show, people):  # noqa: F811
    from tests.pages.test_gallery import queries

    report_by(people[:3], show(alice))
    few = queries(as_curator, QUEUE)
    for _ in range(4):
        report_by(people[:4], show(alice))
    assert queries(as_curator, QUEUE) == few
