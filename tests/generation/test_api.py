"""The program's way in: one's own rows and nobody else's, refusals in one sentence."""

import uuid

import pytest

from accounts import allowance, tokens
from generation.models import Generation

pytestmark = pytest.mark.django_db

URL = "/api/generations"
WISH = {"pack": "ink", "prompt": "a red boat", "seed": 7}


class Program:
    def __init__(self, client, person):
        self.client = client
        self.headers = {"Authorization": f"Bearer {tokens.issue(person, 'test')}"}

    def get(self, path=""):
        return self.client.get(URL + path, headers=self.headers)

    def post(self, path="", content=None, **headers):
        sent = {"content_type": "application/json", "headers": {**self.headers, **headers}}
        return self.client.post(URL + path, content or {}, **sent)


@pytest.fixture
def alices(client, alice, ink):
    return Program(client, alice)


@pytest.fixture
def bobs(client, bob, ink):
    return Program(client, bob)


def test_it_submits_and_shows_the_result(alices, alice, process):
    answer = alices.post(content={**WISH, "count": 2})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["place"], made["images"]) == ("queued", 1, [])
    process.work()
    done = alices.get(f"/{made['id']}").json()
    assert (done["state"], done["percent"]) == ("done", 100)
    assert [image["seed"] for image in done["images"]] == [7, 8]
    assert done["images"][0]["url"] == f"/generations/{made['id']}/0.png"
    assert allowance.meter(alice).used == 2


def test_it_makes_one_generation_of_one_key(alices):
    first = alices.post(content=WISH, **{"Idempotency-Key": "k"}).json()
    again = alices.post(content=WISH, **{"Idempotency-Key": "k"}).json()
    assert first["id"] == again["id"]
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"pack": "nowhere"}, 404, "pack_unknown"),
        ({"pack": "\x00"}, 404, "pack_unknown"),
        ({"prompt": ""}, 422, "prompt_empty"),
        ({"prompt": "a" * 10_000}, 422, "prompt_too_long"),
        ({"count": 0}, 422, "count_invalid"),
        ({"count": 1000}, 422, "count_invalid"),
        ({"strength": 101}, 422, "strength_invalid"),
        ({"seed": -1}, 422, "seed_invalid"),
    ],
)
def test_it_refuses_in_one_sentence(alices, wrong, status, code):
    answer = alices.post(content={**WISH, **wrong})
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["error"].endswith(".")
    assert not Generation.objects.exists()


def test_it_refuses_when_the_allowance_is_used_up(alices, settings):
    settings.DAILY_ALLOWANCE = 1
    alices.post(content=WISH)
    answer = alices.post(content=WISH)
    assert (answer.status_code, answer.json()["code"]) == (429, "allowance_used_up")


def test_it_shows_people_only_their_own(alices, bobs):
    theirs = alices.post(content=WISH).json()["id"]
    assert bobs.get(f"/{theirs}").status_code == 404
    assert bobs.post(f"/{theirs}/cancel").status_code == 404
    assert bobs.get().json() == {"items": [], "count": 0}
    assert Generation.objects.get().state == "queued"
    missing = bobs.get(f"/{uuid.uuid4()}")
    assert missing.json() == bobs.get(f"/{theirs}").json()


def test_it_wants_a_token(client, ink):
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers={"Authorization": "Bearer hs_wrong"}).status_code == 401


def test_it_lists_the_newest_first_in_pages(alices, django_assert_max_num_queries):
    ids = [alices.post(content=WISH).json()["id"] for _ in range(3)]
    with django_assert_max_num_queries(12):
        page = alices.get("?limit=2&offset=1").json()
    assert page["count"] == 3
    assert [row["id"] for row in page["items"]] == [ids[1], ids[0]]
    assert alices.get("?limit=0").json()["code"] == "page_invalid"


def test_it_cancels_once(alices, alice):
    made = alices.post(content=WISH).json()["id"]
    assert alices.post(f"/{made}/cancel").json()["state"] == "cancelled"
    assert alices.post(f"/{made}/cancel").status_code == 200
    assert allowance.meter(alice).held == 0
    Generation.objects.update(state="done")
    assert alices.post(f"/{made}/cancel").json()["code"] == "already_ended"
