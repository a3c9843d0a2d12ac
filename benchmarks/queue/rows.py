"""A house with a long past: a million generations that ended, and a crowd that waits."""

import os
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User
    from generation.models import Generation

ENDED, PEOPLE, EACH = 1_000_000, 300, 8
AT_ONCE = 500
QUEUE = "render.sd15.cpu"
UNLIMITED = 1_000_000


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def people(name: str, count: int) -> "list[User]":
    """So many new accounts whose allowance never ends."""
    from accounts.models import User

    rows = [User(username=f"{name}-{at}", daily_allowance=UNLIMITED) for at in range(count)]
    return User.objects.bulk_create(rows)


def template(person: "User", count: int = 1) -> "Generation":
    """An unsaved row as the studio would write it."""
    from generation import recipes, submission
    from generation.wishes import Wish, cleaned
    from stylepacks.models import StylePack

    slug = StylePack.objects.filter(live_version__isnull=False).values_list("slug", flat=True)[0]
    wish = cleaned(Wish(slug, "a red boat by the sea", seed=7, count=count))
    versions = recipes.versions_of(wish)
    return submission.row_of(person, wish, versions, recipes.build(wish, versions))


def copies(row: "Generation", owners: "Sequence[User]", **fields: object) -> "list[Generation]":
    """One saved copy of `row` for each of these people."""
    from generation.look_sheets import copy_of
    from generation.models import FairShare, Generation

    FairShare.objects.bulk_create(
        [FairShare(person=owner) for owner in set(owners)], ignore_conflicts=True
    )
    made = []
    for owner in owners:
        copy = copy_of(row)
        copy.person = owner
        copy.idempotency_key = uuid.uuid4().hex
        for name, value in fields.items():
            setattr(copy, name, value)
        made.append(copy)
    return Generation.objects.bulk_create(made, AT_ONCE)


def fill(unmade_one_in: int = 0) -> int:
    """The past and the crowd; returns how many rows there are.

    Of the past one in so many was cancelled and left no picture.
    """
    from django.db import connection

    from generation.models import Generation

    crowd = people("crowd", PEOPLE)
    row = template(crowd[0])
    copies(row, crowd * EACH)
    (ended,) = copies(row, crowd[:1], state="done")
    changed = {"state": f"CASE WHEN n %% {unmade_one_in} = 0 THEN 'cancelled' ELSE 'done' END"}
    _multiply(Generation, ended.pk, PAST | (changed if unmade_one_in else {}))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return Generation.objects.count()


def fill_beside() -> None:
    """An image for each generation that was made, and an entry of the ledger for each of all."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in BESIDE:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def bytes_a_row(table: str) -> dict[str, float]:
    """What a row takes in this table (or in all whose names are LIKE it): itself, its indexes."""
    from django.db import connection

    asked = (
        "SELECT sum(pg_table_size(oid)), sum(pg_indexes_size(oid)), sum(reltuples)"
        " FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute(asked, [table])
        rows, indexes, count = map(float, cursor.fetchone())
    return {"row": round(rows / count), "indexes": round(indexes / count)}


PAST = {
    "id": "gen_random_uuid()",
    "idempotency_key": "'past-' || n",
    "person_id": f"(SELECT min(person_id) FROM generation_fairshare) + n %% {PEOPLE}",  # noqa: S608 - a number of our own
    "created_at": "now() - n * interval '1 minute'",
    "finished_at": "now() - n * interval '1 minute' + interval '3 seconds'",
    "claimed_at": "now() - n * interval '1 minute' + interval '1 second'",
    "seed": "n",
}
# What the starter's pictures really are like: their blur alone is some 400 characters.
BESIDE = (
    'INSERT INTO accounts_allowance (person_id, address, day, "limit", held, settled)'
    " SELECT DISTINCT person_id, '', (finished_at AT TIME ZONE 'UTC')::date, 1000000, 0, 8"
    " FROM generation_generation WHERE finished_at IS NOT NULL ON CONFLICT DO NOTHING",
    "INSERT INTO accounts_allowancehold"
    ' (allowance_id, reference, "index", state, created_at, closed_at)'
    " SELECT day.id, made.id::text, 0, 'settled', made.created_at, made.finished_at"
    " FROM generation_generation made JOIN accounts_allowance day"
    " ON day.person_id = made.person_id AND day.day = (made.finished_at AT TIME ZONE 'UTC')::date",
    'INSERT INTO generation_generatedimage (id, generation_id, "index", seed, file, thumbnail,'
    " thumbnail_large, blur, width, height, byte_size, sha256, created_at)"
    " SELECT gen_random_uuid(), id, 0, seed, 'generations/' || id || '/0.png',"
    " 'thumbnails/' || id || '/0-320.webp', 'thumbnails/' || id || '/0-640.webp',"
    " repeat(md5(id::text), 12), 512, 512, 400000, md5(id::text) || md5(id::text), created_at"
    " FROM generation_generation WHERE state = 'done'",
)


def _multiply(model: "type[Model]", pk: uuid.UUID, changed: dict[str, str]) -> None:
    """Copies one row a million times inside the database, with columns told in SQL of `n`."""
    from django.db import connection, transaction

    table = model._meta.db_table
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(name, f"one.{name}") for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        # What a copy points at is there, as for the row it was copied from.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - columns of our own model
            f" FROM {table} one, generate_series(1, %(rows)s) n WHERE one.id = %(pk)s",
            {"rows": ENDED, "pk": pk},
        )
