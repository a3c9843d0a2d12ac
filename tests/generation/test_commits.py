"""Which changes of a row wait for PostgreSQL's disk, as a trigger on its table sees them."""

import uuid

import pytest
from django.db import connection, transaction

from accounts.models import User
from generation.models import Generation
from generation.moving import move, touch
from generation.states import State
from generation.submission import Wish, submit
from tests.shared_databases import default_database
from tests.stylepacks.factories import make_pack

TOKEN = uuid.uuid4()
WATCH = """
    CREATE FUNCTION watch_commits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM set_config('house.commit', current_setting('synchronous_commit'), false);
        RETURN NULL;
    END $$;
    CREATE TRIGGER watch_commits AFTER UPDATE ON generation_generation
        FOR EACH ROW EXECUTE FUNCTION watch_commits();
    SET synchronous_commit = on;
"""
UNWATCH = "DROP FUNCTION watch_commits() CASCADE"

pytestmark = pytest.mark.production


@pytest.fixture
def row(django_db_setup, django_db_blocker, postgres_url):
    with django_db_blocker.unblock(), default_database(postgres_url):
        make_pack("ink")
        person = User.objects.create(username="alice")
        made = submit(person, Wish("ink", "a red boat", seed=7), uuid.uuid4().hex)
        ask(WATCH)
        yield made
        ask(UNWATCH)


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def waited():
    """Whether the last change waited, and that the session's next one does again."""
    assert ask("SHOW synchronous_commit") == "on"
    return ask("SHOW house.commit") == "on"


def go(row, *states):
    for state in states:
        assert move(row.pk, state, claim_token=TOKEN)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((State.CLAIMED,), False),
        ((State.CLAIMED, State.RENDERING), True),
        ((State.CLAIMED, State.RENDERING, State.DELIVERING), False),
        ((State.CLAIMED, State.RENDERING, State.DELIVERING, State.DONE), True),
        ((State.CLAIMED, State.QUEUED), True),
    ],
)
def test_only_what_a_lease_makes_good_does_not_wait(row, states, expected):
    go(row, *states)
    assert waited() == expected


def test_progress_does_not_wait(row):
    go(row, State.CLAIMED, State.RENDERING)
    assert touch(row.pk, TOKEN, step=3)
    assert not waited()


def test_what_is_part_of_a_transaction_waits_with_it(row):
    go(row, State.CLAIMED, State.RENDERING)
    with transaction.atomic():
        assert touch(row.pk, TOKEN)
        assert ask("SHOW synchronous_commit") == "on"
    assert waited()
    assert Generation.objects.get().state == State.RENDERING.value
