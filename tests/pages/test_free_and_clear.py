"""What is free and what is kept, in the numbers that hold."""

from stylepacks.models import StylePack
from tests.stylepacks.factories import make_pack


def test_it_states_the_numbers_that_hold(client, ink, settings):
    settings.DAILY_ALLOWANCE, settings.GUEST_ALLOWANCE = 57, 6
    settings.MAX_IMAGES_PER_GENERATION, settings.SESSION_COOKIE_AGE = 3, 9 * 24 * 3600
    page = client.get("/free/").content.decode()
    for said in (">57<", ">6<", "gets 18 pictures a day together", "up to 3 at once", "9 days"):
        assert said in page
    assert "6 of 6" in page


def test_it_names_every_licence_on_offer(client, ink):
    make_pack("credit", license="CC-BY-4.0")
    page = client.get("/free/").content.decode()
    assert "name the pack&#x27;s author" in page
    assert "CC-BY-4.0 · 1 pack<" in page
    StylePack.objects.filter(slug="credit").update(state="retired")
    assert "CC-BY-4.0" not in client.get("/free/").content.decode()


def test_it_stands_without_any_pack(client, db):
    assert "No pack is published yet" in client.get("/free/").content.decode()


def test_it_is_linked_from_every_page(client, ink):
    assert 'href="/free/"' in client.get("/packs/").content.decode()


def test_it_says_how_long_deletions_and_drafts_wait(client, db, settings):
    settings.UNDO_MINUTES, settings.LOOKS_KEPT_DAYS = 7, 12
    page = client.get("/free/").content.decode()
    assert "For 7 minutes you can bring it back" in page
    assert "12 days. Make the ones you like final" in page
    settings.LOOKS_KEPT_DAYS = 0
    assert "Drafts in every look" not in client.get("/free/").content.decode()
