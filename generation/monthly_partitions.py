"""A table that PostgreSQL keeps in one part a month; a plain one elsewhere."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.migrations import CreateModel
from django.db.models import Model


class CreateMonthlyModel(CreateModel):
    """CreateModel for a model whose primary key begins with `by`, the moment it is cut by."""

    def __init__(self, *arguments: Any, by: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.by = by

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        model = states[1].apps.get_model(app_label, self.name)
        if schema_editor.connection.vendor != "postgresql":
            schema_editor.create_model(model)
            return
        sql, values = schema_editor.table_sql(model)
        schema_editor.execute(f"{sql} PARTITION BY RANGE ({self.by})", values or None)
        schema_editor.deferred_sql += schema_editor._model_indexes_sql(model)


def prepare(model: type[Model], moments: Iterable[datetime]) -> None:
    """See that there is a part for each of these moments (UTC). Safe to run twice at once."""
    if connection.vendor != "postgresql":
        return
    for month in {moment.date().replace(day=1) for moment in moments}:
        _prepare(model._meta.db_table, month)


def _prepare(table: str, month: date) -> None:
    part, after = f"{table}_{month:%Y_%m}", _next(month)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [part])
        if cursor.fetchone() != (None,):
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [table])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {part} PARTITION OF {table}"
            f" FOR VALUES FROM ('{month} 00:00+00') TO ('{after} 00:00+00')"
        )


def _next(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
