"""`make words`: collects the sentences that are marked into the catalogues and compiles them."""

import os
from pathlib import Path

import django
import polib  # type: ignore[import-untyped]
from django.conf import settings
from django.core.management import call_command

# The admin is English; what lies in these folders is no interface.
NOT_INTERFACE = (
    ".venv",
    "tests",
    "docs",
    "starter",
    "benchmarks",
    "staticfiles",
    "var",
    "templates/admin/*",
    "*/admin.py",
    "*/admin/*",
    "*/admin_fields.py",
    "*/static/*/*",
)
DATED = ("POT-Creation-Date", "PO-Revision-Date")


def collect(folder: Path) -> None:
    """New sentences come in untranslated, those no longer said go out."""
    for domain in ("django", "djangojs"):
        call_command(
            "makemessages",
            all=True,
            domain=domain,
            no_location=True,
            no_wrap=True,
            ignore_patterns=list(NOT_INTERFACE),
            verbosity=0,
        )
    for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        _tidy(path)


def _tidy(path: Path) -> None:
    """Without dates, which change with every run, and with its compiled twin."""
    catalogue = polib.pofile(str(path), wrapwidth=100_000)
    catalogue.metadata = {k: v for k, v in catalogue.metadata.items() if k not in DATED}
    for gone in catalogue.obsolete_entries():
        catalogue.remove(gone)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    for entry in (*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()):
        print(f"{path.parent.parent.name}: to translate: {entry.msgid[:90]}")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    collect(Path(settings.LOCALE_PATHS[0]))


if __name__ == "__main__":
    main()
