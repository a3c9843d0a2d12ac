"""Who is served next: fair by device-seconds, a bounded liking for what is loaded, no starving."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generation import delivery, fair_share, places_in_line, recovery, scheduler
from generation.models import FairShare, GeneratedImage, Generation
from tests.generation.conftest import QUEUE
from tests.stylepacks.factories import make_pack

pytestmark = pytest.mark.django_db


def claim(loaded=""):
    return scheduler.claim("worker-1", QUEUE, loaded)


def served(person, seconds):
    FairShare.objects.update_or_create(person=person, defaults={"served_seconds": seconds})


def waited(generation, seconds):
    Generation.objects.filter(pk=generation.pk).update(
        created_at=timezone.now() - timedelta(seconds=seconds)
    )


@pytest.fixture
def gpu(settings):
    settings.RENDER_DEVICE = "cuda"


def test_it_claims_under_a_token_and_a_lease(alice, submit):
    generation = submit(alice)
    (claimed,) = claim()
    generation.refresh_from_db()
    assert claimed == generation
    assert (generation.state, generation.attempts) == ("claimed", 1)
    assert (generation.claimed_by, generation.claim_token) == ("worker-1", claimed.claim_token)
    assert generation.lease_expires_at > timezone.now()
    assert claim() == []


def test_it_claims_only_from_its_queue(alice, submit):
    submit(alice)
    assert scheduler.claim("worker-1", "render.sdxl.cuda") == []


def test_it_serves_the_one_who_was_served_less(alice, bob, submit):
    early, late = submit(alice), submit(bob)
    served(alice, 50)
    assert [claim(), claim()] == [[late], [early]]


def test_it_takes_turns_while_renders_are_in_flight(alice, bob, submit):
    first, second, third = submit(alice), submit(alice), submit(bob)
    assert [claim(), claim(), claim()] == [[first], [third], [second]]


def test_it_lets_nobody_wait_for_ever(alice, bob, submit):
    hungry = submit(alice)
    served(alice, 100)
    submit(bob)
    served(bob, 0)
    waited(hungry, 100 / fair_share.CREDIT_A_SECOND + 60)
    assert claim() == [hungry]


def test_the_age_of_many_rows_passes_nobody_by(alice, bob, submit):
    crowd = [submit(alice) for _ in range(8)]
    for row in crowd:
        waited(row, 200)
    claim()
    single = submit(bob)
    fair_share.charge(alice.pk, 2.0)
    Generation.objects.filter(state="claimed").update(state="done")
    assert claim() == [single]


def test_who_is_served_elsewhere_is_not_held_back_for_ever(alice, bob, submit):
    hungry = submit(alice)
    fair_share.charge(alice.pk, 100.0)
    submit(bob)
    served(bob, 0)
    waited(hungry, 100 / fair_share.CREDIT_OF_AGE + 60)
    assert claim() == [hungry]


class TestNewcomers:
    def test_they_start_with_those_being_served(self, alice, bob, submit):
        submit(alice)
        served(alice, 300)
        submit(bob)
        assert FairShare.objects.get(person=bob).served_seconds == 300

    def test_they_do_not_hoard_while_nobody_is_there(self, alice, bob, submit):
        served(alice, 300)
        submit(bob)
        assert FairShare.objects.get(person=bob).served_seconds == 300

    def test_they_keep_a_counter_that_is_higher(self, alice, bob, submit):
        submit(alice)
        served(bob, 70)
        submit(bob)
        assert FairShare.objects.get(person=bob).served_seconds == 70


class TestAffinity:
    @pytest.fixture
    def wash(self, db):
        return make_pack("wash", width=64, height=64)

    def test_it_stays_with_what_is_loaded_among_equals(self, alice, bob, submit, wash):
        submit(alice)
        loaded = submit(bob, pack="wash")
        served(bob, scheduler.AFFINITY_GAP_SECONDS - 1)
        assert claim(loaded.batch_key) == [loaded]

    def test_it_stays_no_longer_than_the_gap(self, alice, bob, submit, wash):
        other, loaded = submit(alice), submit(bob, pack="wash")
        served(bob, scheduler.AFFINITY_GAP_SECONDS + 1)
        assert claim(loaded.batch_key) == [other]

    def test_it_never_passes_one_who_waited_long(self, alice, bob, submit, wash):
        other, loaded = submit(alice), submit(bob, pack="wash")
        waited(other, scheduler.AFFINITY_PATIENCE_SECONDS + 1)
        assert claim(loaded.batch_key) == [other]


class TestBatches:
    def test_it_fills_a_batch_with_compatible_rows(self, alice, bob, submit, gpu):
        make_pack("wash", width=64, height=64)
        first, mate = submit(alice, count=4), submit(bob, prompt="a house", count=3)
        submit(alice, pack="wash")
        claimed = claim()
        assert claimed == [first, mate]
        assert claimed[0].claim_token == claimed[1].claim_token

    def test_it_fills_no_more_than_the_device_takes(self, alice, bob, submit, gpu):
        for person in (alice, bob):
            submit(person, count=4)
            submit(person, count=4)
        assert sum(row.count for row in claim()) == 8

    def test_it_renders_what_failed_before_alone(self, alice, bob, submit, gpu):
        first, second = submit(alice), submit(bob)
        Generation.objects.update(attempts=1)
        assert [len(claim()), len(claim())] == [1, 1]
        assert {first.pk, second.pk} == set(Generation.objects.values_list("pk", flat=True))

    def test_it_takes_one_generation_at_a_time_on_a_cpu(self, alice, bob, submit):
        submit(alice)
        submit(bob)
        assert len(claim()) == 1


def test_it_waits_until_a_retry_is_due(alice, submit):
    generation = submit(alice)
    Generation.objects.update(retry_at=timezone.now() + timedelta(seconds=5))
    assert (claim(), scheduler.waiting_queues()) == ([], {})
    Generation.objects.update(retry_at=timezone.now() - timedelta(milliseconds=1))
    assert claim() == [generation]


def test_it_foretells_the_order_it_serves(alice, bob, charlie, submit):
    for person, seconds in ((alice, 20), (bob, 0), (charlie, 8)):
        for _ in range(2):
            submit(person)
        served(person, seconds)
    foretold = [pk for pk, _ in places_in_line.line_of(QUEUE)]
    actual = []
    while rows := claim():
        actual += [row.pk for row in rows]
    assert foretold == actual


def test_it_lines_up_a_long_queue_in_few_queries(alice, bob, submit, django_assert_max_num_queries):
    for person in (alice, bob):
        for _ in range(6):
            submit(person)
    with django_assert_max_num_queries(2):
        places_in_line.line_of(QUEUE)
    with django_assert_max_num_queries(3):
        claim()


def test_staying_with_the_loaded_pack_serves_the_least_served_first(alice, bob, submit):
    crowd = [submit(alice) for _ in range(4)]
    single = submit(bob)
    fair_share.charge(alice.pk, 10.0)
    assert scheduler.claim("worker-1", QUEUE, crowd[0].batch_key) == [single]


def test_who_is_first_and_asks_for_the_loaded_pack_is_not_searched_for(
    alice, submit, django_assert_max_num_queries
):
    row = submit(alice)
    with django_assert_max_num_queries(3):
        assert scheduler.claim("worker-1", QUEUE, row.batch_key) == [row]


def test_a_claim_knows_whether_anything_was_delivered(alice, submit, django_assert_max_num_queries):
    row = submit(alice, count=2)
    (claimed,) = claim()
    with django_assert_max_num_queries(0):
        assert delivery.missing_indices(claimed) == [0, 1]
    GeneratedImage.objects.create(generation=row, index=0, seed=1, width=8, height=8, byte_size=1)
    recovery.give_back(claimed.claim_token)
    (again,) = claim()
    assert delivery.missing_indices(again) == [1]


def test_it_cuts_the_line_after_those_in_flight_are_moved_back(alice, bob, charlie, submit):
    for person in (alice, alice, bob, charlie):
        submit(person)
    claim()
    assert [turn.person_id for turn in fair_share.turns_of(QUEUE, 1)] == [bob.pk]
    everybody = [turn.person_id for turn in fair_share.turns_of(QUEUE)]
    assert everybody == [bob.pk, charlie.pk, alice.pk]


def test_it_takes_the_next_in_line_when_another_worker_is_faster(alice, bob, submit, monkeypatch):
    first, second = submit(alice), submit(bob)
    take = scheduler._take

    def take_late(row, *rest):
        if row == first:
            Generation.objects.filter(pk=first.pk).update(state="claimed")
        return take(row, *rest)

    monkeypatch.setattr(scheduler, "_take", take_late)
    assert claim() == [second]
