"""The transition table and the one function that follows it."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.models import Generation
from generation.moving import move, touch
from generation.states import ACTIVE, ENDED, State, can_move, sources_of

states = st.sampled_from(State)


@given(states, states)
def test_it_lists_as_sources_exactly_the_states_that_may_move(old, new):
    assert (old in sources_of(new)) == can_move(old, new)


@given(states)
def test_it_never_leaves_an_end(new):
    assert not any(can_move(end, new) for end in ENDED)


@given(st.lists(states, max_size=30))
def test_it_delivers_only_what_was_claimed_and_rendered(wanted):
    path = [State.QUEUED]
    for new in wanted:
        if can_move(path[-1], new):
            path.append(new)
    if State.DONE in path:
        end = path.index(State.DONE)
        assert path[end - 3 : end] == [State.CLAIMED, State.RENDERING, State.DELIVERING]
        assert path[-1] is State.DONE


@given(states.filter(lambda state: state not in ENDED))
def test_it_can_always_end_or_go_back(state):
    assert can_move(state, State.CANCELLED)
    assert can_move(state, State.FAILED)
    assert state is State.QUEUED or can_move(state, State.QUEUED)


@pytest.mark.django_db
@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_it_moves_rows_as_the_table_says(alice, submit, old, new):
    generation = submit(alice)
    Generation.objects.filter(pk=generation.pk).update(state=old.value)
    assert move(generation.pk, new) == can_move(old, new)
    generation.refresh_from_db()
    assert generation.state == (new if can_move(old, new) else old).value


@pytest.mark.django_db
def test_it_moves_only_for_the_claim_that_holds(alice, submit):
    generation, ours, theirs = submit(alice), uuid.uuid4(), uuid.uuid4()
    assert move(generation.pk, State.CLAIMED, claim_token=ours)
    assert not move(generation.pk, State.CLAIMED, claim_token=theirs)
    assert not move(generation.pk, State.RENDERING, claim_token=theirs)
    assert not touch(generation.pk, theirs, step=3)
    assert move(generation.pk, State.RENDERING, claim_token=ours)
    assert touch(generation.pk, ours, step=3)
    generation.refresh_from_db()
    assert (State(generation.state) in ACTIVE, generation.step) == (True, 3)
    assert generation.lease_expires_at is not None
