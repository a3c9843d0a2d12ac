"""New tables under old code: every migration since the first of these may run before new code.

docs/operating.md, "Upgrading", tells how a change that old code cannot bear is made in two steps.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.house import ROOT

pytestmark = pytest.mark.production

# Up to these, an upgrade stops the house; they were written before the rule.
BEFORE_THE_RULE = {"accounts": "0003", "generation": "0012", "learn": "0001", "stylepacks": "0010"}
# "app name" -> the release whose code no longer needs what the migration takes away.
CONTRACTS: dict[str, str] = {}

LINT = """
import json, logging, sys
import django; django.setup()
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements
logging.disable(logging.INFO)
apps = json.load(sys.stdin)
linter = MigrationLinter(no_cache=True, no_output=True)
found = {}
for app, name in linter.migration_loader.disk_migrations:
    if app in apps:
        sql = linter.get_sql(app, name)
        errors, *_ = analyse_sql_statements(linter.sql_analyser_class, sql, [])
        found[f"{app} {name}"] = sorted({error.code for error in errors})
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(postgres_url, tmp_path_factory) -> dict[str, list[str]]:
    """What old code would not bear of each migration, by the SQL that PostgreSQL would get."""
    environment = {
        **os.environ,
        "DATABASE_URL": postgres_url,
        "HOUSESTYLE_DATA": str(tmp_path_factory.mktemp("data")),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    told = subprocess.run(
        [sys.executable, "-c", LINT],
        input=json.dumps(list(BEFORE_THE_RULE)),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout.splitlines()[-1])


def test_old_code_bears_every_new_table(found):
    unbearable = {
        migration: codes
        for migration, codes in found.items()
        if codes and is_held_to_it(migration) and migration not in CONTRACTS
    }
    assert not unbearable, f"docs/operating.md, Upgrading, tells how: {unbearable}"


def is_held_to_it(migration: str) -> bool:
    app, name = migration.split()
    return name[:4] > BEFORE_THE_RULE[app]


def test_the_rule_would_have_caught_earlier_ones(found):
    assert "DROP_COLUMN" in found["generation 0010_gallery"]
    assert "NOT_NULL" in found["generation 0012_thumbnails"]


def test_every_exception_is_a_migration(found):
    assert CONTRACTS.keys() <= found.keys()
