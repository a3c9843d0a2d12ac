"""Asking too often: 429, a sentence, the wait, and nothing typed is lost."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from limits.errors import StorageError

from accounts import limits, tokens
from accounts.models import User
from config.security import USUAL_LIMITS
from generation.models import Generation, Share
from tests.stylepacks.factories import lora_file

WISH = {"pack": "ink", "prompt": "a red boat at dawn", "count": "2"}
PUBLIC, OTHER = "203.0.114.7", "203.0.114.8"


@pytest.fixture
def rates(settings):
    def set_rates(**asked):
        settings.RATE_LIMITS = asked

    return set_rates


def test_it_comes_with_limits(settings):
    from limits import parse

    assert set(USUAL_LIMITS) >= {"submit", "share", "upload", "report", "api"}
    assert all(parse(rate).amount for rate in USUAL_LIMITS.values())


def test_it_keeps_what_was_typed_in_the_studio(as_alice, ink, rates):
    rates(submit="1/minute")
    assert as_alice.post("/create/", WISH).status_code == 302
    answer = as_alice.post("/create/", {**WISH, "prompt": "a blue boat at night"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "That was a lot at once. Wait 1 minute, then try again." in page
    assert "a blue boat at night" in page
    assert Generation.objects.count() == 1


def test_it_keeps_it_for_every_look_too(as_alice, ink, rates):
    rates(submit="0/minute")
    answer = as_alice.post("/looks/", {"prompt": "a blue boat at night"})
    assert answer.status_code == 429
    assert "a blue boat at night" in answer.content.decode()


def test_it_counts_what_comes_from_pages_and_programs_together(as_alice, alice, ink, rates):
    rates(submit="1/minute")
    as_alice.post("/create/", WISH)
    bearer = {"Authorization": f"Bearer {tokens.issue(alice, 'mine')}"}
    wish = {"pack": "ink", "prompt": "a boat"}
    answer = Client().post("/api/generations", wish, "application/json", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_quick")
    assert 0 < int(answer["Retry-After"]) <= 60


@pytest.mark.parametrize("deed", ["vary", "finalise"])
def test_it_limits_going_on_from_a_picture(as_alice, alice, make_generation, rates, deed):
    rates(submit="0/minute")
    row = make_generation(alice)
    answer = as_alice.post(f"/generations/{row.pk}/0/{deed}", {"how": "subtle"})
    assert answer.status_code == 429
    assert "A little too fast" in answer.content.decode()
    assert Generation.objects.count() == 1


def test_it_counts_each_person_alone(as_alice, as_bob, ink, rates):
    rates(submit="1/minute")
    assert as_alice.post("/create/", WISH).status_code == 302
    assert as_bob.post("/create/", WISH).status_code == 302
    assert as_bob.post("/create/", WISH).status_code == 429


def test_it_counts_visitors_by_their_network_and_makes_no_guest_of_them(ink, rates, db):
    rates(submit="1/minute")
    assert Client(REMOTE_ADDR=PUBLIC).post("/create/", WISH).status_code == 302
    assert Client(REMOTE_ADDR=PUBLIC).post("/create/", WISH).status_code == 429
    assert Client(REMOTE_ADDR=OTHER).post("/create/", WISH).status_code == 302
    assert User.objects.count() == 2


def test_it_limits_sharing(as_alice, alice, make_generation, rates):
    rates(share="1/hour")
    row = make_generation(alice, count=2)
    assert as_alice.post(f"/generations/{row.pk}/0/share").status_code == 302
    answer = as_alice.post(f"/generations/{row.pk}/1/share")
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert Share.objects.count() == 1


def test_it_limits_uploads(curator, rates):
    rates(upload="0/hour")
    desk = Client()
    desk.force_login(curator)
    form = {"file": lora_file(), "name": "Ink", "license": "Apache-2.0"}
    assert desk.post("/admin/stylepacks/lora/add/", form).status_code == 429
    assert desk.get("/admin/stylepacks/lora/add/").status_code == 200


def test_it_limits_each_token_alone(alice, ink, rates):
    rates(api="2/minute")
    heads = [{"Authorization": f"Bearer {tokens.issue(alice, name)}"} for name in ("a", "b")]
    codes = [Client().get("/api/generations", headers=heads[0]).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert Client().get("/api/generations", headers=heads[1]).status_code == 200


def test_it_limits_strangers_at_the_api_by_their_network(ink, rates, db):
    rates(api_visitor="1/minute")
    assert Client(REMOTE_ADDR=PUBLIC).get("/api/packs").status_code == 200
    for path in ("/api/packs", "/api/packs/ink", "/api/generations"):
        assert Client(REMOTE_ADDR=PUBLIC).get(path).status_code == 429
    assert Client(REMOTE_ADDR=OTHER).get("/api/packs").status_code == 200


def test_it_turns_nobody_away_because_it_cannot_count(as_alice, ink, rates, monkeypatch):
    def broken(*_):
        raise StorageError(OSError("no Redis"))

    rates(submit="1/minute")
    monkeypatch.setattr(limits.limiter(), "hit", broken)
    assert as_alice.post("/create/", WISH).status_code == 302


def test_it_counts_in_redis_for_all_processes(redis_url, settings, rates):
    settings.REDIS_URL = redis_url
    rates(submit="1/minute")
    limits.limiter.cache_clear()
    limits.count("submit", "person 1")
    limits.limiter.cache_clear()
    with pytest.raises(limits.TooQuick) as caught:
        limits.count("submit", "person 1")
    assert 0 < caught.value.seconds <= 60
    limits.limiter.cache_clear()


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_it_answers_too_many_sign_ins_and_sign_ups_in_the_houses_look(client, db, path):
    answers = [client.post(path, {}) for _ in range(31)]
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")
    assert "A little too fast" in answers[-1].content.decode()


def test_it_stops_guessing_a_password_even_when_the_next_guess_is_right(client, alice):
    form = {"login": "alice@example.org", "password": "wrong"}
    for _ in range(6):
        client.post("/accounts/login/", form)
    answer = client.post("/accounts/login/", {**form, "password": "correct horse battery"})
    assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_it_stops_guessing_at_the_admins_door_too(client, curator):
    form = {"username": "curator@example.org", "password": "wrong"}
    for _ in range(6):
        client.post("/admin/login/", form)
    client.post("/admin/login/", {**form, "password": "a long passphrase"})
    assert "_auth_user_id" not in client.session


HALF_IMPORTED = """
import sys, threading, time
import django
django.setup()
from accounts import limits
for name in [name for name in sys.modules if name.split(".")[0] == "redis"]:
    del sys.modules[name]

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name != "redis":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        whole = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (time.sleep(1), whole(module))
        return spec

import importlib.util
sys.meta_path.insert(0, Slow())
threading.Thread(target=__import__, args=("redis",)).start()
while "redis" not in sys.modules:
    time.sleep(0.01)
assert not hasattr(sys.modules["redis"], "__version__")
limits.limiter()
"""


def test_the_first_requests_of_a_process_may_come_at_once(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HOUSESTYLE_DATA": str(tmp_path),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    done = subprocess.run(
        [sys.executable, "-c", HALF_IMPORTED],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
