"""Indexes that are built and dropped while people work, where the database can do that."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import AddIndex, RemoveIndex
from django.db.migrations.operations.base import Operation


class AddIndexBesideWork(AddIndexConcurrently):
    """AddIndexConcurrently on PostgreSQL, AddIndex elsewhere; its migration is not atomic."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor, *ADDING).database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor, *ADDING).database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexBesideWork(RemoveIndexConcurrently):
    """RemoveIndexConcurrently on PostgreSQL, RemoveIndex elsewhere; its migration is not atomic."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor, *REMOVING).database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        _of(schema_editor, *REMOVING).database_backwards(self, app_label, schema_editor, *states)


ADDING = AddIndexConcurrently, AddIndex
REMOVING = RemoveIndexConcurrently, RemoveIndex


def _of(schema_editor: Any, beside: type[Operation], plain: type[Operation]) -> type[Operation]:
    return beside if schema_editor.connection.vendor == "postgresql" else plain
