"""The studio on bad days: the page was open too long, or its person was signed out meanwhile."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import User
from generation.models import Generation, LookSheet, Worker

WISH = {"key": "k", "prompt": "a fox $& {prompt} & <b>", "pack": "ink", "strength": "40"}


def strict(person=None):
    client = Client(enforce_csrf_checks=True)
    if person:
        client.force_login(person)
    return client


@pytest.mark.parametrize("address", ["/create/", "/looks/"])
def test_it_keeps_what_was_typed_on_a_page_that_was_open_too_long(alice, ink, address):
    response = strict(alice).post(address, WISH)
    page = response.content.decode()
    assert response.status_code == 403
    assert "open too long" in page
    assert "a fox $&amp; {prompt} &amp; &lt;b&gt;</textarea>" in page
    assert 'value="40"' in page
    assert not Generation.objects.exists()


def test_it_takes_the_same_form_once_it_was_pressed_again(alice, ink):
    client = strict(alice)
    again = client.post("/create/", WISH)
    token = again.context["csrf_token"]
    sent = client.post("/create/", {**WISH, "csrfmiddlewaretoken": str(token)})
    assert sent.status_code == 302
    assert Generation.objects.get().prompt == WISH["prompt"]


def test_it_tells_only_what_matters_on_an_old_page(alice, ink):
    page = strict(alice).post("/create/", {**WISH, "seed": "abc"}).content.decode()
    assert "The seed is a whole number; leave" not in page


def test_it_answers_other_old_forms_with_a_page_of_their_own(alice, make_generation):
    row = make_generation(alice, "queued")
    response = strict(alice).post(f"/generations/{row.pk}/cancel")
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


@pytest.mark.parametrize("address", ["/create/", "/looks/"])
def test_it_makes_nothing_as_a_guest_for_someone_who_was_signed_out(client, ink, address):
    response = client.post(address, {**WISH, "account": "1"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "You were signed out meanwhile" in page
    assert "&lt;b&gt;</textarea>" in page
    assert not Generation.objects.exists()
    assert not LookSheet.objects.exists()
    assert not User.objects.filter(is_guest=True).exists()
    # Sent once more it is a guest's.
    assert 'name="account"' not in page


def test_it_brings_the_words_along_through_the_sign_in(client, ink):
    response = client.post("/create/", {**WISH, "account": "1"})
    back = urlsplit(response.context["sign_in_next"])
    assert back.path == "/create/"
    assert parse_qs(back.query)["prompt"] == [WISH["prompt"]]
    assert f"{WISH['strength']}" in parse_qs(back.query)["strength"]
    assert "?next=%2Fcreate%2F" in response.content.decode()


def test_it_says_to_whom_the_page_was_shown(client, as_alice, alice, ink, make_generation):
    row = make_generation(alice)
    for address in ("/", "/packs/ink/", "/create/", f"/generations/{row.pk}/"):
        assert 'name="account" value="1"' in as_alice.get(address).content.decode()
    for address in ("/", "/packs/ink/", "/create/"):
        assert 'name="account"' not in Client().get(address).content.decode()


def test_it_tells_the_place_in_a_long_queue_and_the_time_it_takes(
    as_alice, alice, bob, make_generation
):
    Worker.objects.create(name="w", queue="render.sd15.cpu", device="cpu", is_ready=True)
    for _ in range(3):
        Generation.objects.filter(pk=make_generation(bob).pk).update(device_seconds=5)
    for _ in range(6):
        make_generation(alice, "queued")
    row = make_generation(alice, "queued")
    page = as_alice.get(f"/generations/{row.pk}/").content.decode()
    assert "Number 7 in the queue" in page
    assert "6 before you · " in page
    assert " s left" in page
