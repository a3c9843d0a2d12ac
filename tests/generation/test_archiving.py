"""What ended long ago without a picture leaves the tables of work, on both databases."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts import allowance, leaving
from accounts.models import Allowance, AllowanceHold, User
from generation import archiving, endings, look_sheets, receivers, tasks
from generation.models import Archived, GeneratedImage, Generation, Incident, LookSheet
from generation.submission import Wish, cancel, submit
from tests.shared_databases import together
from tests.stylepacks.factories import make_pack

LONG_AGO = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def archived_after_ninety_days(settings):
    settings.ARCHIVE_DAYS = 90


@pytest.fixture
def alice(shared_database):
    make_pack("ink")
    return User.objects.create(username="alice")


def ended(person, moment=LONG_AGO, count=1):
    """A cancelled generation with its closed holds, as old as asked."""
    row = submit(person, Wish("ink", "a red boat", seed=7, count=count), uuid.uuid4().hex)
    cancel(row)
    Generation.objects.filter(pk=row.pk).update(finished_at=moment)
    AllowanceHold.objects.filter(reference=str(row.pk)).update(closed_at=moment)
    return row


def with_picture(row):
    GeneratedImage.objects.create(
        generation=row, index=0, seed=1, file="a.png", thumbnail="a.webp",
        width=8, height=8, byte_size=1, sha256="0" * 64,
    )  # fmt: skip


def kinds(row):
    found = Archived.objects.filter(reference=str(row.pk))
    return sorted(found.values_list("kind", flat=True))


def test_it_moves_the_row_with_its_incidents_and_its_entries(alice):
    row = ended(alice, count=2)
    Incident.objects.create(generation=row, cause="died", state="rendering", said="gone")
    assert archiving.archive() == 3
    assert not Generation.objects.exists()
    assert not AllowanceHold.objects.exists()
    made = Archived.objects.get(reference=str(row.pk), kind="generation")
    assert (made.person, made.ended_at) == (alice, LONG_AGO)
    back, incident = (each.object for each in serializers.deserialize("python", made.content))
    assert (back.pk, back.prompt, back.recipe) == (row.pk, row.prompt, row.recipe)
    assert incident.said == "gone"
    entry = Archived.objects.get(reference=str(row.pk), kind="ledger")
    assert [told[:2] for told in entry.content] == [[0, "released"], [1, "released"]]


def test_the_days_sums_stay(alice):
    row = submit(alice, Wish("ink", "a red boat", count=2), "k")
    allowance.settle(str(row.pk), 0)
    cancel(row)
    AllowanceHold.objects.update(closed_at=LONG_AGO)
    archiving.archive()
    day = Allowance.objects.get(person=alice)
    assert (day.held, day.settled, allowance.meter(alice).used) == (0, 1, 1)


def test_what_still_shows_a_picture_stays(alice):
    row = ended(alice)
    with_picture(row)
    archiving.archive()
    assert (Generation.objects.get(), kinds(row)) == (row, ["ledger"])


def test_what_ended_lately_or_not_at_all_stays(alice):
    lately = ended(alice, timezone.now() - timedelta(days=89))
    waiting = submit(alice, Wish("ink", "a house"), "k")
    assert archiving.archive() == 0
    assert set(Generation.objects.all()) == {lately, waiting}
    assert AllowanceHold.objects.count() == 2


def test_an_open_entry_keeps_its_neighbours(alice):
    row = submit(alice, Wish("ink", "a house", count=2), "k")
    allowance.settle(str(row.pk), 0)
    AllowanceHold.objects.filter(index=0).update(closed_at=LONG_AGO)
    assert archiving.archive() == 0
    endings.cancelled(row.pk)
    assert AllowanceHold.objects.filter(state="held").count() == 0


def test_a_sheet_of_looks_keeps_its_tiles_and_its_entry(alice):
    sheet = LookSheet.objects.create(person=alice, prompt="a cat", seed=1, idempotency_key="s")
    tile = ended(alice)
    Generation.objects.update(sheet=sheet)
    allowance.hold(alice, sheet.hold_reference, 1)
    allowance.release(sheet.hold_reference)
    AllowanceHold.objects.update(closed_at=LONG_AGO)
    archiving.archive()
    assert Generation.objects.get() == tile
    assert allowance.is_released(sheet.hold_reference)
    look_sheets.delete(sheet)
    archiving.archive()
    assert not AllowanceHold.objects.exists()


def test_nothing_moves_unless_the_operator_says_so(alice, settings):
    settings.ARCHIVE_DAYS = 0
    ended(alice)
    assert archiving.archive() == 0


def test_what_stays_is_passed_by_and_the_rest_moves_in_batches(alice, monkeypatch):
    monkeypatch.setattr(archiving, "AT_ONCE", 2)
    rows = [ended(alice) for _ in range(7)]
    for row in rows[:3]:
        with_picture(row)
    assert archiving.archive() == 4 + 7
    assert Generation.objects.count() == 3


def test_a_task_moves_some_and_the_next_one_the_rest(alice, monkeypatch):
    monkeypatch.setattr(archiving, "AT_ONCE", 2)
    monkeypatch.setattr(tasks, "ARCHIVED_AT_ONCE", 2)
    for _ in range(3):
        ended(alice)
    assert [tasks.archive(), tasks.archive(), tasks.archive()] == [4, 2, 0]


def test_killed_half_way_nothing_is_lost_or_doubled(alice, monkeypatch):
    row = ended(alice)

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(QuerySet, "delete", die)
        with pytest.raises(SystemExit):
            archiving.archive()
    assert (Generation.objects.get(), kinds(row)) == (row, [])
    archiving.archive()
    assert kinds(row) == ["generation", "ledger"]


def test_many_at_once_move_each_row_once(alice):
    rows = [ended(alice, LONG_AGO + timedelta(days=40 * at), count=2) for at in range(6)]
    assert sum(together(lambda _: archiving.archive(), 4)) == 6 + 12
    assert [kinds(row) for row in rows] == [["generation", "ledger"]] * 6


def test_it_follows_a_guest_and_ends_with_the_account(alice):
    guest = User.objects.create(username="guest", is_guest=True)
    ended(guest)
    archiving.archive()
    receivers.adopt(guest, alice)
    assert {each.person for each in Archived.objects.all()} == {alice}
    leaving.delete_person(alice)
    assert not Archived.objects.exists()


def test_months_have_parts_of_their_own_on_postgresql(alice):
    for moment in (LONG_AGO, LONG_AGO + timedelta(hours=1)):
        ended(alice, moment)
    archiving.archive()
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM generation_archived")
        parts = sorted(name for (name,) in cursor.fetchall())
    assert parts == ["generation_archived_2025_12", "generation_archived_2026_01"]


def test_the_command_moves_and_shows(alice, capsys):
    row = ended(alice)
    call_command("archive_generations")
    assert capsys.readouterr().out == "2 rows moved\n"
    call_command("archive_generations", show=str(row.pk))
    assert {each["kind"] for each in json.loads(capsys.readouterr().out)} == {
        "generation",
        "ledger",
    }
    with pytest.raises(CommandError, match="Nothing was archived"):
        call_command("archive_generations", show=str(uuid.uuid4()))
