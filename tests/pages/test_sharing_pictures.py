"""A link for strangers: what it shows, what it keeps back, and how it ends."""

import pytest

from generation.models import Share
from generation.pictures import removing
from tests.pages.test_one_picture import address, hang


@pytest.fixture
def row(alice, make_generation):
    made = make_generation(alice)
    hang(made)
    return made


def share(client, row, **choices):
    client.post(address(row) + "share", choices)
    return f"/s/{Share.objects.get().token}/"


def test_it_shows_strangers_the_picture_and_no_words(as_alice, client, row):
    link = share(as_alice, row)
    client.logout()
    page = client.get(link)
    text = page.content.decode()
    assert row.prompt not in text
    assert "noindex" in text
    assert page["X-Robots-Tag"] == "noindex"
    assert f'content="http://testserver{link}picture.jpg"' in text
    picture = client.get(f"{link}picture.jpg")
    assert picture["Content-Type"] == "image/jpeg"
    assert b"trainedAlgorithmicMedia" in picture.content
    assert b"boat" not in picture.content
    assert b"seed" not in picture.content


def test_it_shows_the_words_when_asked_to(as_alice, as_bob, row):
    link = share(as_alice, row, prompt="shown", reach="public")
    page = as_bob.get(link)
    assert f'og:title" content="{row.prompt}"' in page.content.decode()
    assert "noindex" not in page.content.decode()
    assert b"boat" not in as_bob.get(f"{link}picture.jpg").content


def test_it_keeps_one_link_while_choices_change(as_alice, row):
    assert share(as_alice, row) == share(as_alice, row, prompt="shown")
    assert Share.objects.get().shows_prompt


def test_it_ends_for_good(as_alice, row):
    link = share(as_alice, row)
    as_alice.post(address(row) + "share", {"revoke": ""})
    assert as_alice.get(link).status_code == 404
    assert as_alice.get(f"{link}picture.jpg").status_code == 404
    assert share(as_alice, row) != link


def test_it_shows_nothing_that_was_removed(as_alice, alice, row):
    link = share(as_alice, row)
    removal = removing.remove(alice, list(row.images.all()))
    assert as_alice.get(link).status_code == 404
    assert as_alice.get(f"{link}picture.jpg").status_code == 404
    removing.undo(alice, removal.pk)
    assert as_alice.get(link).status_code == 200


def test_it_shares_nothing_of_other_people(as_bob, row):
    assert as_bob.post(address(row) + "share").status_code == 404
    assert not Share.objects.exists()
