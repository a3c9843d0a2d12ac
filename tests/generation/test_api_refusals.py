"""Refusals that the API framework makes by itself look like the house's own."""

import pytest
from django.http import Http404
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.testing import TestClient

from accounts.api_auth import TokenAuth
from generation.api_refusals import refuse_plainly


class Order(Schema):
    count: int


@pytest.fixture
def client():
    api = NinjaAPI(urls_namespace="refusals")
    refuse_plainly(api)

    @api.post("/order")
    def order(request, order: Order):
        return {}

    @api.get("/locked", auth=TokenAuth())
    def locked(request):
        return {}

    @api.get("/missing")
    def missing(request):
        raise Http404

    @api.get("/refused")
    def refused(request):
        raise HttpError(403, "Not today")

    return TestClient(api)


def test_it_says_which_field_is_wrong(client):
    answer = client.post("/order", json={"count": "many"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "request_invalid"
    assert answer.json()["error"].startswith("count: ")


def test_it_answers_what_is_no_json(client):
    answer = client.post("/order", data="{", content_type="application/json")
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error", "code"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/locked", 401, "sign_in"), ("/missing", 404, "not_found"), ("/refused", 403, "forbidden")],
)
def test_it_gives_every_refusal_a_sentence_and_a_code(client, path, status, code):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["error"].endswith(".")
