"""The gallery: what hangs there, in which order, for whom, and how it is liked."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.signals import guest_adopted
from generation.gallery import hall, liking
from generation.models import Generation, Like, Share
from generation.pictures import removing, sharing
from stylepacks.models import StylePack


@pytest.fixture
def show(make_generation):
    """A picture of somebody's, shared with everybody unless told otherwise."""

    def make(person, is_public=True, shows_prompt=False, **fields):
        image = make_generation(person, **fields).images.get()
        return sharing.share(image, is_public, shows_prompt)

    return make


def hanging(client, **asked):
    return re.findall(r'id="p-([^"]+)"', client.get("/gallery/", asked).content.decode())


def like(client, share, on=1, **headers):
    return client.post(f"/gallery/{share.token}/like", {"on": on}, headers=headers)


def test_it_shows_strangers_what_was_shared_with_everybody(client, alice, show):
    shown, unlisted = show(alice), show(alice, is_public=False)
    page = client.get("/gallery/")
    assert hanging(client) == [shown.token]
    assert unlisted.token not in page.content.decode()
    assert "a red boat" not in page.content.decode()
    assert client.get(f"/s/{shown.token}/small.webp").content == b"w"
    # A picture older than the larger thumbnail shows its small one there.
    assert client.get(f"/s/{shown.token}/large.webp").content == b"w"
    assert f"/s/{shown.token}/large.webp" in client.get("/gallery/").content.decode()
    assert not User.objects.filter(is_guest=True).exists()


def test_it_shows_words_where_their_owner_does(client, alice, show):
    show(alice, shows_prompt=True, prompt="<b>a blue cat</b>")
    page = client.get("/gallery/").content.decode()
    assert "&lt;b&gt;a blue cat&lt;/b&gt;" in page
    assert "/create/?pack=ink&amp;prompt=%3Cb%3Ea+blue+cat" in page


def test_it_says_what_to_do_while_it_is_empty(client, alice, fox, show):
    assert "Nothing hangs here yet" in client.get("/gallery/").content.decode()
    show(alice)
    assert "Nothing with Fox yet" in client.get("/gallery/?pack=fox").content.decode()


def test_it_sorts_and_narrows(client, alice, bob, ink, fox, show):
    first, second, third = show(alice), show(alice), show(alice)
    liking.like(bob, second)
    assert hanging(client) == [third.token, second.token, first.token]
    assert hanging(client, sort="liked") == [second.token, third.token, first.token]
    Share.objects.filter(pk=first.pk).update(second_pack=fox)
    assert hanging(client, pack="fox") == [first.token]
    assert len(hanging(client, pack="ink")) == 3
    assert len(hanging(client, pack="nothing")) == 3


@pytest.mark.parametrize("sort", ["newest", "liked"])
def test_it_walks_through_everything_once(client, alice, show, sort):
    made = {show(alice).token for _ in range(hall.PAGE * 2 + 3)}
    # Pictures of one moment must be neither skipped nor shown twice.
    Share.objects.update(listed_at=timezone.now())
    seen, at = [], f"/gallery/?sort={sort}"
    while at:
        page = client.get(at).content.decode()
        seen += re.findall(r'id="p-([^"]+)"', page)
        found = re.search(r'rel="next" href="(\?[^"]+)"', page)
        at = found and f"/gallery/{unescape(found[1])}"
    assert len(seen) == len(made)
    assert set(seen) == made
    assert "You have seen them all" in page


def test_it_sends_htmx_the_next_tiles_alone(client, alice, show):
    for _ in range(hall.PAGE + 1):
        show(alice)
    page = client.get("/gallery/").content.decode()
    asked = unescape(re.search(r'hx-get="(\?before=[^"]+)"', page)[1])
    more = client.get(f"/gallery/{asked}", headers={"HX-Request": "true"}).content.decode()
    assert more.count('class="hung ') == 1
    assert "<html" not in more


@pytest.mark.parametrize(
    "odd",
    ["x", "~", "2026-11-24~1", "0001-01-01T00:00:00+23:59~1", "9" * 40 + "~1", "1~" + "9" * 40],
)
@pytest.mark.parametrize("sort", ["newest", "liked"])
def test_it_takes_an_odd_place_for_some_page(client, alice, show, odd, sort):
    show(alice)
    assert client.get("/gallery/", {"before": odd, "sort": sort}).status_code == 200


def test_it_asks_the_database_as_often_for_many_pictures(as_bob, client, alice, bob, show):
    show(alice)
    few = queries(as_bob), queries(client)
    for _ in range(6):
        liking.like(bob, show(alice, shows_prompt=True))
    assert (queries(as_bob), queries(client)) == few
    assert few[1] <= 3


@pytest.mark.parametrize("sort", ["newest", "liked"])
def test_it_walks_an_index(alice, show, sort):
    by = hall.SORTS[sort]
    plan = hall.hung().order_by(f"-{by}", "-pk")[:25].explain()
    assert "gallery_" in plan
    assert "TEMP B-TREE" not in plan


def test_it_keeps_out_whoever_has_no_account(client, make_generation, ink):
    client.post("/create/", {"key": "k", "prompt": "a red boat", "pack": "ink"})
    guest = User.objects.get(is_guest=True)
    row = make_generation(guest)
    page = client.get(f"/generations/{row.pk}/0/").content.decode()
    assert "Only pictures of people with an account" in page
    told = client.post(f"/generations/{row.pk}/0/share", {"reach": "public"}, follow=True)
    assert "Only pictures of people with an account" in told.content.decode()
    assert not Share.objects.get().is_public
    assert hanging(Client()) == []


def test_it_forgets_what_is_deleted_and_remembers_what_comes_back(client, alice, bob, show):
    share = show(alice)
    liking.like(bob, share)
    removal = removing.remove(alice, [share.image])
    assert hanging(client) == []
    assert like(client, share).status_code == 404
    removing.undo(alice, removal.pk)
    assert hanging(client) == [share.token]
    assert Share.objects.get().like_count == 1


def test_it_keeps_its_place_while_choices_change(client, alice, show):
    share = show(alice)
    before = share.listed_at
    assert sharing.share(share.image, True, True).listed_at == before
    assert sharing.share(share.image, False, True).listed_at is None
    assert hanging(client) == []


def test_it_is_liked_by_people_and_visitors_once_each(as_bob, client, alice, show):
    share = show(alice)
    for person in (as_bob, as_bob, client, Client()):
        assert like(person, share).status_code == 302
    share.refresh_from_db()
    assert share.like_count == 3
    assert 'aria-pressed="true"' in as_bob.get("/gallery/").content.decode()
    like(as_bob, share, on=0)
    like(as_bob, share, on=0)
    share.refresh_from_db()
    assert share.like_count == 2
    assert 'aria-pressed="true"' not in as_bob.get("/gallery/").content.decode()


def test_it_takes_no_like_of_ones_own(as_alice, alice, bob, show):
    share = show(alice)
    like(as_alice, share)
    assert not Like.objects.exists()
    liking.like(bob, share)
    page = as_alice.get("/gallery/").content.decode()
    assert "Your picture" in page
    assert f"/gallery/{share.token}/like" not in page


def test_it_goes_back_to_where_one_liked(as_bob, alice, show):
    share = show(alice)
    asked = {"on": 1, "back": "/gallery/?sort=liked#p-1"}
    assert as_bob.post(f"/gallery/{share.token}/like", asked).url == asked["back"]
    asked["back"] = "//elsewhere.example"
    assert as_bob.post(f"/gallery/{share.token}/like", asked).url == "/gallery/"


def test_it_answers_htmx_with_the_button_alone(as_bob, alice, show):
    share = show(alice)
    page = like(as_bob, share, **{"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in page
    assert "<html" not in page
    share.delete()
    gone = like(as_bob, share, **{"HX-Request": "true"})
    assert (gone.status_code, "No longer here" in gone.content.decode()) == (200, True)


def test_it_says_when_one_likes_too_quickly(as_bob, alice, show, settings):
    settings.RATE_LIMITS = {"like": "1/minute"}
    share = show(alice)
    like(as_bob, share)
    page = like(as_bob, share, on=0, **{"HX-Request": "true"}).content.decode()
    assert "That was a lot at once" in page
    assert Like.objects.count() == 1


def test_it_likes_nothing_that_is_not_in_the_gallery(as_bob, alice, show):
    assert like(as_bob, show(alice, is_public=False)).status_code == 404
    assert as_bob.post("/gallery/nothing/like").status_code == 404
    assert as_bob.get(f"/gallery/{show(alice).token}/like").status_code == 405
    assert not Like.objects.exists()


def test_it_counts_anew_when_a_person_goes_or_a_guest_comes(alice, bob, charlie, show):
    share, other = show(alice), show(charlie)
    guest = User.objects.create(username="guest-1", is_guest=True)
    for person in (bob, charlie, guest):
        liking.like(person, share)
    liking.like(guest, other)
    charlie.delete()
    share.refresh_from_db()
    assert share.like_count == 2
    guest_adopted.send(sender=User, guest=guest, person=bob)
    share.refresh_from_db()
    assert share.like_count == Like.objects.filter(share=share).count() == 1


def test_it_drops_likes_that_would_become_ones_own(alice, show):
    share, guest = show(alice), User.objects.create(username="guest-1", is_guest=True)
    liking.like(guest, share)
    guest_adopted.send(sender=User, guest=guest, person=alice)
    share.refresh_from_db()
    assert share.like_count == 0


def test_a_packs_page_shows_what_was_made_with_it(client, alice, ink, fox, show):
    assert "Made with this pack" not in client.get("/packs/ink/").content.decode()
    few = queries(client, "/packs/ink/")
    shares = [show(alice) for _ in range(hall.IN_A_STRIP + 1)]
    page = client.get("/packs/ink/").content.decode()
    assert "Made with this pack" in page
    assert f"/s/{shares[-1].token}/" in page
    assert f"/s/{shares[0].token}/" not in page
    assert queries(client, "/packs/ink/") == few
    assert "Made with this pack" not in client.get("/packs/fox/").content.decode()


def test_it_offers_no_studio_for_a_retired_pack(client, alice, show):
    share = show(alice)
    assert "Make one like this" in client.get("/gallery/").content.decode()
    StylePack.objects.update(state=StylePack.State.RETIRED)
    assert hanging(client) == [share.token]
    assert "Make one like this" not in client.get("/gallery/").content.decode()


def test_a_shared_page_can_be_liked_only_when_public(client, alice, show):
    assert "/like" in client.get(f"/s/{show(alice).token}/").content.decode()
    assert "/like" not in client.get(f"/s/{show(alice, is_public=False).token}/").content.decode()


def test_it_is_in_the_sitemap(client, db):
    assert "/gallery/</loc>" in client.get("/sitemap.xml").content.decode()


def test_the_share_dialogue_says_that_public_means_the_gallery(as_alice, alice, make_generation):
    row = make_generation(alice)
    page = as_alice.get(f"/generations/{row.pk}/0/").content.decode()
    assert "Everybody: it hangs in the gallery" in page
    told = as_alice.post(f"/generations/{row.pk}/0/share", {"reach": "public"}, follow=True)
    assert "hangs in the gallery" in told.content.decode()
    assert Generation.objects.get().images.get().share.is_public


def queries(client, address="/gallery/"):
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)
