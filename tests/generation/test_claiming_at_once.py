"""Many workers, one queue: no row is taken twice, none is forgotten. Real threads and files."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.allowance import meter
from accounts.models import User
from generation import fair_share, recovery, scheduler, submission
from generation.models import FairShare, Generation
from generation.submission import SubmissionError, Wish, submit
from tests.generation.conftest import QUEUE
from tests.shared_databases import together
from tests.stylepacks.factories import make_pack

WISH = Wish("ink", "a red boat", seed=7)


@pytest.fixture
def people(shared_database):
    make_pack("ink")
    return [User.objects.create(username=f"person-{number}") for number in range(4)]


def test_it_claims_every_row_once(people):
    rows = {submit(person, WISH, uuid.uuid4().hex).pk for person in people for _ in range(4)}

    def work(number):
        claimed = []
        while batch := scheduler.claim(f"worker-{number}", QUEUE):
            claimed += [row.pk for row in batch]
        return claimed

    taken = Counter(pk for claimed in together(work) for pk in claimed)
    assert taken == Counter(rows)


def test_who_was_served_just_now_earns_nothing_by_old_rows(people):
    many, single = people[:2]
    for _ in range(8):
        submit(many, WISH, uuid.uuid4().hex)
    Generation.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    fair_share.charge(many.pk, 2.0)
    row = submit(single, WISH, "the-key")
    FairShare.objects.filter(person=single).update(served_seconds=0)
    assert scheduler.claim("worker", QUEUE) == [row]
    FairShare.objects.filter(person=many).update(served_at=None)
    (turn,) = fair_share.turns_of(QUEUE)
    assert turn.longest_wait == pytest.approx(180, abs=60)


def test_it_makes_one_generation_of_one_key(people):
    made = together(lambda _: submit(people[0], WISH, "the-key").pk)
    assert len(set(made)) == 1
    assert Generation.objects.count() == 1


def test_it_keeps_to_the_cap_of_one_person(people):
    def ask(number):
        try:
            submit(people[0], WISH, f"{number}-{uuid.uuid4().hex}")
        except SubmissionError:
            return 0
        return 1

    asked = [sum(together(ask)) for _ in range(2)]
    assert asked == [8, 0]


def test_two_hundred_submissions_at_once_take_exactly_the_allowance(people, settings, monkeypatch):
    settings.DAILY_ALLOWANCE = 37
    monkeypatch.setattr(submission, "MAX_UNENDED", 1000)

    def ask(number):
        made = 0
        for again in range(5):
            try:
                submit(people[0], WISH, f"{number}-{again}")
            except SubmissionError:
                continue
            made += 1
        return made

    assert sum(together(ask, 40)) == 37
    assert Generation.objects.count() == 37
    assert meter(people[0]).held == 37


def test_it_recovers_a_row_once(people):
    submit(people[0], WISH, "k")
    scheduler.claim("worker-1", QUEUE)
    Generation.objects.update(lease_expires_at="2020-01-01T00:00Z")
    assert sum(together(lambda _: recovery.recover())) == 1
    assert Generation.objects.get().state == "queued"
