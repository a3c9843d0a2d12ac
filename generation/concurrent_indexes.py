"""Indexes that are built while people work, where the database can do that."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations import AddIndex


class AddIndexBesideWork(AddIndexConcurrently):
    """AddIndexConcurrently on PostgreSQL, AddIndex elsewhere; its migration is not atomic."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor).database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor).database_backwards(self, app_label, schema_editor, *states)


def _of(schema_editor: Any) -> type[AddIndex]:
    concurrent = schema_editor.connection.vendor == "postgresql"
    return AddIndexConcurrently if concurrent else AddIndex
