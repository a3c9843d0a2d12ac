import re

import pytest
from django.core import mail

from accounts.models import User

from .conftest import PASSWORD

CREATE = "/create/?pack=risograph&prompt=a+red+boat"


def sign_up(client, email="alice@example.org", password=PASSWORD, **extra):
    return client.post("/accounts/signup/", {"email": email, "password1": password, **extra})


def sign_in(client, email="alice@example.org", password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password, **extra})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_it_signs_up_with_an_email_and_a_password(client, db):
    answer = sign_up(client)
    assert (answer.status_code, answer.url) == (302, "/")
    alice = User.objects.get()
    assert alice.email == "alice@example.org"
    assert "alice" not in alice.username
    assert is_signed_in(client)


def test_it_sends_a_message_to_confirm_the_email(client, db):
    sign_up(client)
    assert mail.outbox[0].subject == "Confirm your email for Housestyle"
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)
    assert b"alice@example.org" in client.get(link).content
    client.post(link)
    assert User.objects.get().emailaddress_set.get().verified


def test_it_signs_up_though_the_mail_server_is_away(client, db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert sign_up(client).status_code == 302
    assert is_signed_in(client)
    assert b"Our mail is not working right now" in client.get("/").content


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", PASSWORD, "This field is required."),
        ("alice", PASSWORD, "Enter a valid email address."),
        ("alice@example.org", "short", "This password is too short."),
        ("alice@example.org", "password", "This password is too common."),
        ("alice@example.org", "8273645190", "This password is entirely numeric."),
    ],
)
def test_it_refuses_to_sign_up_in_a_plain_sentence(client, db, email, password, sentence):
    answer = sign_up(client, email, password)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not User.objects.exists()


def test_it_refuses_a_taken_email(client, alice):
    answer = sign_up(client, "Alice@Example.org")
    assert b"There is an account with this email already." in answer.content
    assert User.objects.count() == 1


def test_it_signs_in_whatever_the_case_of_the_email(client, alice):
    assert sign_in(client, "ALICE@example.org").url == "/"
    assert is_signed_in(client)


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_it_says_the_same_of_a_wrong_password_and_an_unknown_email(client, alice, email):
    answer = sign_in(client, email, "wrong")
    assert b"This email and password do not belong together." in answer.content
    assert not is_signed_in(client)


def test_it_refuses_after_many_wrong_passwords(client, alice):
    for _ in range(6):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert b"Too many tries." in answer.content
    assert not is_signed_in(client)


def test_it_keeps_the_session_when_asked_to(client, alice):
    sign_in(client, remember="on")
    assert not client.session.get_expire_at_browser_close()


@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/signup/"])
def test_it_carries_the_typed_prompt_through_the_doors(client, db, door):
    page = client.get(door, {"next": CREATE}).content.decode()
    assert f'name="next" value="{CREATE.replace("&", "&amp;")}"' in page
    assert "next=/create/%3Fpack%3Drisograph%26prompt%3Da%2Bred%2Bboat" in page.replace("%2F", "/")


def test_it_returns_to_the_typed_prompt(client, db):
    assert sign_up(client, next=CREATE).url == CREATE
    client.post("/accounts/logout/")
    assert sign_in(client, next=CREATE).url == CREATE


def test_it_never_returns_to_another_site(client, alice):
    assert sign_in(client, next="https://evil.example/").url == "/"


def test_it_signs_out_by_post_only(client, alice):
    client.force_login(alice)
    assert b"Sign out?" in client.get("/accounts/logout/").content
    assert is_signed_in(client)
    assert client.post("/accounts/logout/").url == "/"
    assert not is_signed_in(client)


def test_it_resets_a_password_by_mail(client, alice):
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    assert mail.outbox[0].subject == "Choose a new password for Housestyle"
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)
    form = client.get(link, follow=True)
    new = {"password1": "another battery staple", "password2": "another battery staple"}
    done = client.post(form.request["PATH_INFO"], new, follow=True)
    assert b"Your password is changed" in done.content
    sign_in(client, password="another battery staple")
    assert is_signed_in(client)


def test_it_uses_a_reset_link_once(client, alice):
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)
    alice.set_password("changed meanwhile")
    alice.save()
    assert b"This link no longer works" in client.get(link, follow=True).content


def test_it_does_not_tell_who_has_an_account_when_resetting(client, alice):
    answers = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("alice@example.org", "nobody@example.org")
    ]
    bodies = [re.sub(rb'value="\w{64}"', b"", answer.content) for answer in answers]
    assert bodies[0] == bodies[1]
    assert mail.outbox[1].subject == "No Housestyle account with this email"


def test_it_changes_the_password(client, alice):
    client.force_login(alice)
    client.get("/accounts/password/change/")
    form = {"oldpassword": PASSWORD, "password1": "another staple", "password2": "another staple"}
    assert client.post("/accounts/password/change/", form).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another staple")


def test_it_adds_an_email(client, alice):
    client.force_login(alice)
    form = {"email": "alice@example.com", "action_add": ""}
    page = client.post("/accounts/email/", form, follow=True).content.decode()
    assert "alice@example.com" in page
    assert "Not confirmed yet" in page


@pytest.mark.parametrize("path", ["inactive", "confirm-email", "password/reset/done"])
def test_it_shows_its_lesser_pages_in_the_house_style(client, db, path):
    answer = client.get(f"/accounts/{path}/")
    assert b'class="auth-card"' in answer.content


def test_it_asks_to_wait_when_there_are_too_many_sign_ups(client, db):
    answers = [client.post("/accounts/signup/", {}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert b"A little too fast" in answers[-1].content
