import re

import pytest
from django.core.management import call_command

from accounts.allowance import hold
from accounts.models import User
from accounts.signals import account_leaving
from accounts.tokens import issue

from .conftest import PASSWORD


@pytest.fixture
def admin_client(client, db):
    client.force_login(User.objects.create_superuser("root", "root@example.org", PASSWORD))
    return client


def test_it_makes_the_first_administrator_once(capsys, client, db):
    call_command("ensure_admin")
    said = capsys.readouterr().out
    password = re.search(r"password +(\S+)", said).group(1)
    assert "http://127.0.0.1:8000/admin/" in said
    admin = User.objects.get()
    assert admin.is_superuser
    assert admin.check_password(password)
    call_command("ensure_admin")
    assert capsys.readouterr().out == ""
    assert User.objects.get() == admin


def test_it_does_not_promote_a_stranger_with_the_admins_email(capsys, db):
    stranger = User.objects.create_user("bob", "admin@localhost", PASSWORD)
    call_command("ensure_admin")
    admin = User.objects.get(is_superuser=True)
    assert admin != stranger
    assert admin.email in capsys.readouterr().out


def test_it_leaves_an_administrator_alone(capsys, admin_client):
    call_command("ensure_admin")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("login", ["admin@localhost", "ADMIN@localhost"])
@pytest.mark.parametrize("door", ["/admin/login/", "/accounts/login/"])
def test_it_lets_the_administrator_in_by_email(capsys, client, db, door, login):
    call_command("ensure_admin")
    password = re.search(r"password +(\S+)", capsys.readouterr().out).group(1)
    field = "username" if "admin" in door else "login"
    client.post(door, {field: login, "password": password})
    assert client.get("/admin/").status_code == 200


def test_it_lets_no_maker_into_the_admin(client, alice):
    client.post("/admin/login/", {"username": alice.email, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_it_limits_guesses_at_the_admins_door(client, alice):
    for _ in range(6):
        client.post("/admin/login/", {"username": alice.email, "password": "wrong"})
    answer = client.post("/admin/login/", {"username": alice.email, "password": "wrong"})
    assert b"Too many tries." in answer.content


def test_it_adopts_the_guest_at_the_admins_door(client, db):
    client.post("/make/")
    User.objects.create_superuser("root", "root@example.org", PASSWORD)
    client.post("/admin/login/", {"username": "root@example.org", "password": PASSWORD})
    assert not User.objects.filter(is_guest=True).exists()


def test_it_adds_a_person_by_email(admin_client):
    form = {
        "email": "Alice@Example.org",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    answer = admin_client.post("/admin/accounts/user/add/", form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert User.objects.get(email="alice@example.org").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "sentence"),
    [("", "Give an email"), ("ROOT@example.org", "There is an account with this email already.")],
)
def test_it_adds_nobody_without_an_email_of_their_own(admin_client, email, sentence):
    form = {"email": email, "usable_password": "false"}
    answer = admin_client.post("/admin/accounts/user/add/", form)
    assert sentence in answer.content.decode()
    assert User.objects.count() == 1


def test_it_shows_people_their_allowance_and_tokens(admin_client, alice, charlie):
    hold(alice, "g1", 3)
    issue(alice, "Notebook")
    assert b"alice@example.org" in admin_client.get("/admin/accounts/user/").content
    page = admin_client.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert "Allowance of the last days" in page
    assert admin_client.get(f"/admin/accounts/user/{charlie.pk}/change/").status_code == 200
    assert b"Notebook" in admin_client.get("/admin/accounts/apitoken/").content
    assert admin_client.get("/admin/accounts/apitoken/add/").status_code == 403


def test_it_sets_a_persons_own_allowance(admin_client, alice):
    form = {"email": alice.email, "daily_allowance": "5", "is_active": "on"}
    for rows in ("allowances", "emailaddress_set"):
        form |= {f"{rows}-TOTAL_FORMS": "0", f"{rows}-INITIAL_FORMS": "0"}
    answer = admin_client.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    alice.refresh_from_db()
    assert alice.daily_allowance == 5


def test_it_saves_two_people_without_an_email(db):
    User.objects.create_user("one")
    User.objects.create_user("two", "")
    assert User.objects.filter(email=None).count() == 2


@pytest.mark.parametrize("several", [False, True])
def test_it_tells_the_other_rooms_when_staff_delete_a_person(admin_client, alice, several):
    told = []

    def listen(person, **_):
        told.append(person)

    account_leaving.connect(listen)
    path = "/admin/accounts/user/" if several else f"/admin/accounts/user/{alice.pk}/delete/"
    form = {"post": "yes", "action": "delete_selected", "_selected_action": alice.pk}
    answer = admin_client.post(path, form, follow=True)
    account_leaving.disconnect(listen)
    assert answer.status_code == 200
    assert told == [alice]
    assert not User.objects.filter(email="alice@example.org").exists()
