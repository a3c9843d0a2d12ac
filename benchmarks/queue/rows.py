"""A house with a long past: a million generations that ended, and a crowd that waits."""

import os
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def fill() -> int:
    """The past and the crowd; returns how many rows there are."""
    from django.db import connection

    from generation.models import Generation

    crowd = people("crowd", PEOPLE)
    row = template(crowd[0])
    copies(row, crowd * EACH)
    (ended,) = copies(row, crowd[:1], state="done")
    _multiply(ended.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) generation_generation")
    return Generation.objects.count()


def _multiply(pk: uuid.UUID) -> None:
    """Copies one ended row a million times over two years and all people, inside the database."""
    from django.db import connection, transaction

    from generation.models import Generation

    changed = {
        "id": "gen_random_uuid()",
        "idempotency_key": "'past-' || n",
        "person_id": "(SELECT min(person_id) FROM generation_fairshare) + n %% %(people)s",
        "created_at": "now() - n * interval '1 minute'",
        "finished_at": "now() - n * interval '1 minute' + interval '3 seconds'",
        "claimed_at": "now() - n * interval '1 minute' + interval '1 second'",
        "seed": "n",
    }
    columns = [str(field.column) for field in Generation._meta.concrete_fields]
    values = ", ".join(changed.get(name, f"one.{name}") for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        # What a copy points at is there, as for the row it was copied from.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO generation_generation ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - columns of our own model
            " FROM generation_generation one, generate_series(1, %(rows)s) n WHERE one.id = %(pk)s",
            {"rows": ENDED, "pk": pk, "people": PEOPLE},
        )
