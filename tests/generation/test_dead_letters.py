"""What is given up keeps its evidence, and staff can have it made after all."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import allowance
from generation import dead_letters, endings, recovery, scheduler
from generation.models import Generation, Incident
from tests.generation.conftest import QUEUE
from tests.generation.test_losing_work import die_at, expire, used_and_held

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(alice, submit, process):
    """A generation that two workers died over."""
    generation = submit(alice, count=2)
    for _ in range(2):
        die_at(process, image=0, step=3)
        expire(generation)
        recovery.sweep()
    generation.refresh_from_db()
    return generation


class TestEvidence:
    def test_it_tells_each_death(self, letter):
        told = letter.incidents.values_list("cause", "worker", "state", "step", "total_steps")
        assert list(told) == [("died", "worker-1", "rendering", 1, 16)] * 2

    def test_it_tells_who_else_was_in_the_batch(self, alice, bob, submit, process, settings):
        settings.RENDER_DEVICE = "cuda"
        rows = submit(alice), submit(bob)
        die_at(process, image=0, step=1)
        expire(*rows)
        recovery.sweep()
        assert [incident.companions for incident in Incident.objects.all()] == [1, 1]

    def test_it_keeps_what_a_refusal_said(self, alice, submit):
        submit(alice)
        (claimed,) = scheduler.claim("worker-1", QUEUE)
        assert endings.tried_again(claimed, claimed.claim_token, "No room on the disk.")
        assert Incident.objects.get().said == "No room on the disk."

    def test_a_row_that_was_only_claimed_is_no_suspect(self, alice, submit):
        generation = submit(alice)
        for _ in range(5):
            scheduler.claim("worker-1", QUEUE)
            expire(generation)
            recovery.sweep()
        generation.refresh_from_db()
        assert (generation.state, generation.deaths, generation.attempts) == ("queued", 0, 0)
        assert not Incident.objects.exists()

    def test_deaths_and_refusals_are_counted_apart(self, alice, submit, process):
        generation = submit(alice)
        die_at(process, image=0, step=1)
        expire(generation)
        recovery.sweep()
        for _ in range(2):
            (claimed,) = scheduler.claim("worker-1", QUEUE)
            endings.tried_again(claimed, claimed.claim_token, "Not now.")
            Generation.objects.update(retry_at=None)
        generation.refresh_from_db()
        assert (generation.state, generation.deaths, generation.refusals) == ("queued", 1, 2)

    def test_a_lost_claim_leaves_no_evidence(self, alice, submit):
        generation = submit(alice)
        (claimed,) = scheduler.claim("worker-1", QUEUE)
        endings.cancelled(generation.pk)
        assert not endings.tried_again(claimed, claimed.claim_token, "Too late.")
        assert not Incident.objects.exists()


class TestTryingAgain:
    def test_it_is_made_once_and_costs_nothing(self, letter, alice, process):
        first, second = dead_letters.try_again(letter), dead_letters.try_again(letter)
        assert first == second
        process.work()
        first.refresh_from_db()
        assert (first.state, first.recipe) == ("done", letter.recipe)
        assert first.images.count() == 2
        assert used_and_held(alice) == (0, 0)
        assert allowance.meter(alice).remaining == allowance.limit_of(alice)

    def test_only_what_failed_can_be(self, alice, submit):
        with pytest.raises(ValueError, match="failed"):
            dead_letters.try_again(submit(alice))


class TestTheDesk:
    def test_staff_see_what_happened(self, letter, curator, client):
        client.force_login(curator)
        listed = client.get(reverse("admin:generation_deadletter_changelist"))
        assert "2 workers died" in listed.content.decode()
        opened = client.get(reverse("admin:generation_deadletter_change", args=[letter.pk]))
        assert "worker-1" in opened.content.decode()
        assert "1 of 16" in opened.content.decode()

    def test_they_have_it_made_after_all(self, letter, curator, client):
        client.force_login(curator)
        form = {"action": "try_again", "_selected_action": [str(letter.pk)]}
        answer = client.post(reverse("admin:generation_deadletter_changelist"), form, follow=True)
        assert "1 queued again" in answer.content.decode()
        assert dead_letters.copy_made_of(letter).state == "queued"
        opened = client.get(reverse("admin:generation_deadletter_change", args=[letter.pk]))
        assert "yes: queued" in opened.content.decode()

    def test_it_lists_nothing_that_ended_well(self, alice, submit, process, curator, client):
        generation = submit(alice)
        process.work()
        client.force_login(curator)
        listed = client.get(reverse("admin:generation_deadletter_changelist"))
        assert str(generation.pk) not in listed.content.decode()

    def test_strangers_see_nothing(self, letter, alice, client):
        client.force_login(alice)
        opened = client.get(reverse("admin:generation_deadletter_change", args=[letter.pk]))
        assert opened.status_code in {302, 404}


def test_a_clock_that_steps_takes_no_living_workers_rows(alice, submit, monkeypatch):
    generation = submit(alice)
    scheduler.claim("worker-1", QUEUE)
    ahead = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    assert recovery.recover() == 0
    generation.refresh_from_db()
    assert generation.state == "claimed"
