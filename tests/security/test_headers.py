"""What every answer tells the browser."""

import pytest
from django.test import Client

from generation.pictures import sharing

SENT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/", "/create/", "/accounts/login/", "/admin/login/", "/none/"])
def test_it_closes_what_no_page_needs(client, ink, path):
    response = client.get(path)
    assert {name: response.get(name) for name in SENT} == SENT
    assert "camera=()" in response["Permissions-Policy"]


def test_it_loosens_the_policy_in_the_admin_alone(client, db):
    assert "unsafe" in client.get("/admin/login/")["Content-Security-Policy"]
    for path in ("/", "/accounts/login/", "/administration/", "/api/docs"):
        assert "unsafe" not in client.get(path).get("Content-Security-Policy", "")


def test_it_lets_other_sites_show_what_is_shared_and_nothing_else(as_alice, alice, real_pictures):
    row = real_pictures(alice)
    share = sharing.share(row.images.get(), False, False)
    stranger = Client()
    shown = stranger.get(f"/s/{share.token}/picture.jpg")
    assert (shown.status_code, shown["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
    own = as_alice.get(f"/generations/{row.pk}/0.png")
    assert (own.status_code, own["Cross-Origin-Resource-Policy"]) == (200, "same-origin")


def test_it_keeps_the_session_from_scripts_and_other_sites(client, alice):
    form = {"login": "alice@example.org", "password": "correct horse battery"}
    cookie = client.post("/accounts/login/", form).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
