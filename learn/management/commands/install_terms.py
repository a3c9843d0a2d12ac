"""`manage.py install_terms`: bring in the glossary that ships with the house."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learn.installing import install, shipped_terms
from learn.rules.term_file import TermFileError


class Command(BaseCommand):
    help = (
        "Bring the glossary's terms from learn/terms into the database. May be run again at any "
        "time: what an admin edited or unpublished stays as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = shipped_terms()
        except TermFileError as error:
            raise CommandError(str(error)) from error
        outcomes = Counter(install(slug, content) for slug, content in terms.items())
        told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        self.stdout.write(f"glossary: {len(terms)} terms ({told})")
