"""The accounts with the other rooms around them, at the product's own addresses."""

import pytest


@pytest.fixture
def whole_house(settings, accounts_alone):
    settings.ROOT_URLCONF = "config.urls"


@pytest.mark.parametrize("path", ["/account/", "/accounts/login/", "/accounts/signup/"])
def test_it_opens_to_a_visitor(client, db, whole_house, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/account/", "/accounts/email/", "/accounts/logout/", "/"])
def test_it_opens_to_a_person(client, alice, whole_house, path):
    client.force_login(alice)
    assert client.get(path).status_code == 200
