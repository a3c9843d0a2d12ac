"""The glossary as it ships, and small terms of our own."""

import pytest
from django.core.cache import cache
from django.core.management import call_command

from learn.models import Term


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def glossary(db):
    call_command("install_terms", verbosity=0)
    return Term.objects.all()


@pytest.fixture
def make_term(db):
    def make(slug, **fields):
        told = {
            "name": slug.capitalize(),
            "definition": f"A {slug} is a word.",
            "how_it_works": "It works.",
            "why_it_matters": "It matters.",
        }
        return Term.objects.create(slug=slug, **{**told, **fields})

    return make
