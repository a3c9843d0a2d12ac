import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.addresses import address_of
from accounts.allowance import hold, meter, settle
from accounts.context import allowance_meter
from accounts.guests import SESSION_KEY, person_of
from accounts.models import User
from accounts.signals import guest_adopted

from .conftest import PASSWORD


def guest_of(client):
    return User.objects.get(pk=client.session[SESSION_KEY])


def sign_in(client, person):
    form = {"login": person.email, "password": PASSWORD}
    return client.post("/accounts/login/", form)


def test_it_makes_no_guest_for_a_mere_visit(client, db):
    client.get("/")
    client.get("/account/")
    assert not User.objects.exists()


def test_it_makes_one_guest_and_remembers_it(client, db):
    first = client.post("/make/").content
    assert client.post("/make/").content == first
    guest = guest_of(client)
    assert guest.is_guest
    assert guest.email is None
    assert not guest.has_usable_password()


def test_it_takes_the_signed_in_person(client, alice):
    client.force_login(alice)
    assert int(client.post("/make/").content) == alice.pk
    assert not User.objects.filter(is_guest=True).exists()


def test_it_forgets_a_guest_that_is_gone(client, db):
    client.post("/make/")
    User.objects.all().delete()
    client.post("/make/")
    assert User.objects.get().is_guest


def test_it_never_takes_an_account_for_the_sessions_guest(client, alice):
    session = client.session
    session[SESSION_KEY] = alice.pk
    session.save()
    assert int(client.post("/make/").content) != alice.pk


def test_it_moves_a_guests_use_to_the_account_on_sign_in(client, alice):
    client.post("/make/")
    guest = guest_of(client)
    hold(guest, "g1", 3)
    settle("g1", 0)
    assert sign_in(client, alice).status_code == 302
    now = meter(alice)
    assert (now.used, now.held, now.remaining) == (1, 2, 7)
    assert not User.objects.filter(pk=guest.pk).exists()
    assert SESSION_KEY not in client.session


def test_it_moves_a_guests_use_to_the_account_on_sign_up(client, db):
    client.post("/make/")
    hold(guest_of(client), "g1", 2)
    client.post("/accounts/signup/", {"email": "alice@example.org", "password1": PASSWORD})
    alice = User.objects.get()
    assert not alice.is_guest
    assert meter(alice).held == 2


def test_it_tells_the_other_rooms_before_the_guest_goes(client, alice):
    told = []

    def listen(guest, person, **_):
        told.append((guest.pk, person.pk, User.objects.filter(pk=guest.pk).exists()))

    guest_adopted.connect(listen)
    try:
        client.post("/make/")
        guest = guest_of(client)
        sign_in(client, alice)
    finally:
        guest_adopted.disconnect(listen)
    assert told == [(guest.pk, alice.pk, True)]


def test_it_keeps_the_guest_when_a_room_cannot_move_its_things(client, alice):
    def fail(**_):
        raise RuntimeError("no")

    guest_adopted.connect(fail)
    try:
        client.post("/make/")
        guest = guest_of(client)
        hold(guest, "g1", 2)
        with pytest.raises(RuntimeError):
            sign_in(client, alice)
    finally:
        guest_adopted.disconnect(fail)
    assert meter(guest).held == 2
    assert meter(alice).held == 0


def request_from(address, **session):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.session = session
    request.user = type("Nobody", (), {"is_authenticated": False})()
    return request


def test_it_keeps_addresses_as_keyed_digests(settings):
    digest = address_of(request_from("93.184.216.34"))
    assert len(digest) == 64
    assert digest == address_of(request_from("93.184.216.34"))
    settings.SECRET_KEY = "another"
    assert digest != address_of(request_from("93.184.216.34"))


def test_it_takes_an_ipv6_network_for_one_household():
    one, two = request_from("2606:4700::1"), request_from("2606:4700::2:3")
    assert address_of(one) == address_of(two)
    assert address_of(one) != address_of(request_from("2606:4700:0:1::1"))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "", "unix"])
def test_it_does_not_bound_guests_of_a_private_address(address):
    assert address_of(request_from(address)) == ""


def test_it_gives_no_new_allowance_for_cleared_cookies(client, db):
    used = 0
    for number in range(5):
        client.cookies.clear()
        client.post("/make/", REMOTE_ADDR="93.184.216.34")
        guest = guest_of(client)
        if meter(guest).remaining:
            hold(guest, f"g{number}", 4)
            used += 4
    assert used == 12


def test_it_costs_no_query_unless_a_page_shows_the_meter(db):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        context = allowance_meter(request_from("93.184.216.34"))
        assert len(queries) == 0
        assert context["meter"].remaining == 4
        assert context["meter"].limit == 4
        assert len(queries) == 1


def test_it_shows_a_guests_meter_in_two_queries(charlie):
    hold(charlie, "g1", 1)
    request = request_from("93.184.216.34", **{SESSION_KEY: charlie.pk})
    with CaptureQueriesContext(connection) as queries:
        assert allowance_meter(request)["meter"].remaining == 3
        assert person_of(request) == charlie
    assert len(queries) == 2
