"""The ledger against a model that is simple enough to be believed."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts import allowance
from accounts.models import Allowance, User

LIMIT = 10
PEOPLE = ("alice", "bob")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.people = {name: User.objects.create(username=f"{name}-{id(self)}") for name in PEOPLE}
        self.days = 0
        self.numbers = itertools.count()
        self.images: dict[tuple[str, int], str] = {}  # (reference, index) -> state
        self.held_by: dict[str, tuple[str, int]] = {}  # reference -> (name, day)

    def amount(self, name: str, day: int, *states: str) -> int:
        return sum(
            state in states and self.held_by[reference] == (name, day)
            for (reference, _), state in self.images.items()
        )

    @rule(name=st.sampled_from(PEOPLE), count=st.integers(1, 6))
    def hold(self, name: str, count: int) -> None:
        reference = f"{id(self)}-{next(self.numbers)}"
        used = self.amount(name, self.days, "held", "settled")
        if used + count > LIMIT:
            with pytest.raises(allowance.AllowanceUsedUp) as refusal:
                allowance.hold(self.people[name], reference, count)
            assert refusal.value.remaining == LIMIT - used
            return
        allowance.hold(self.people[name], reference, count)
        self.held_by[reference] = (name, self.days)
        self.images.update({(reference, index): "held" for index in range(count)})

    @rule(data=st.data())
    def settle(self, data) -> None:
        if not self.images:
            return
        image = data.draw(st.sampled_from(sorted(self.images)))
        assert allowance.settle(*image) is (self.images[image] == "held")
        if self.images[image] == "held":
            self.images[image] = "settled"

    @rule(data=st.data(), whole=st.booleans())
    def release(self, data, whole: bool) -> None:
        if not self.images:
            return
        reference, index = data.draw(st.sampled_from(sorted(self.images)))
        chosen = [
            image
            for image, state in self.images.items()
            if image[0] == reference and state == "held" and (whole or image[1] == index)
        ]
        assert allowance.release(reference, None if whole else index) == len(chosen)
        self.images.update(dict.fromkeys(chosen, "released"))

    @rule()
    def sleep_a_day(self) -> None:
        self.days += 1
        now = START + timedelta(days=self.days)
        timezone.now = lambda: now

    @invariant()
    def agrees(self) -> None:
        for name, person in self.people.items():
            meter = allowance.meter(person)
            assert meter.held == self.amount(name, self.days, "held")
            assert meter.used == self.amount(name, self.days, "settled")
            assert meter.remaining == LIMIT - meter.used - meter.held
            for row in Allowance.objects.filter(person=person):
                day = (row.day - START.date()).days
                assert row.held == self.amount(name, day, "held")
                assert row.settled == self.amount(name, day, "settled")


def test_it_agrees_with_a_simple_model(transactional_db, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: START)

    class Fresh(Ledger):
        def __init__(self) -> None:
            timezone.now = lambda: START
            self.block = transaction.atomic()
            self.block.__enter__()
            super().__init__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    run_state_machine_as_test(
        Fresh, settings=hypothesis_settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
