"""Terms come in from files, and an admin's words are never written over."""

import pytest
from django.core.management import call_command

from learn.installing import install
from learn.models import Term
from learn.rules.term_file import TermFileError, read_term

CONTENT = {
    "name": "Seed",
    "also": [],
    "group": "start",
    "definition": "A seed is a number.",
    "how_it_works": "It starts the noise.",
    "why_it_matters": "It repeats.",
    "used_for": [],
    "questions": [],
    "related": [],
    "pictures": [],
    "try_it": {},
}
NEWER = {**CONTENT, "definition": "A seed is a whole number."}
FILE = """
name = "Seed"
group = "start"
definition = "A seed is a number."
how_it_works = "It starts the noise."
why_it_matters = "It repeats."
"""


def test_it_brings_in_everything_once(glossary, capsys):
    count = glossary.count()
    call_command("install_terms")
    assert f"glossary: {count} terms ({count} unchanged)" in capsys.readouterr().out
    assert Term.objects.count() == count


def test_it_takes_over_a_newer_file(db):
    assert [install("seed", CONTENT), install("seed", NEWER)] == ["new", "updated"]
    assert Term.objects.get().definition == NEWER["definition"]
    assert install("seed", NEWER) == "unchanged"


def test_it_keeps_what_an_admin_wrote(db):
    install("seed", CONTENT)
    Term.objects.update(definition="Ours.")
    assert install("seed", NEWER) == "kept as edited"
    assert Term.objects.get().definition == "Ours."


def test_it_keeps_a_hidden_term_hidden(db):
    install("seed", CONTENT)
    Term.objects.update(is_published=False)
    assert install("seed", NEWER) == "updated"
    assert not Term.objects.get().is_published


def test_it_keeps_a_term_of_an_admins_own_under_the_same_address(make_term):
    make_term("seed", definition="Ours.")
    assert install("seed", CONTENT) == "kept as edited"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "no valid TOML"),
        (FILE.replace('name = "Seed"', ""), "'name' is missing"),
        (FILE + 'colour = "red"', "unknown field 'colour'"),
        (FILE + 'also = "x"', "'also' must be a list"),
        (FILE + '[[questions]]\nquestion = "Why?"', "needs question and answer"),
        (FILE + '[try_it]\nwidth = "9"', r"\[try_it\] may hold pack"),
        (FILE.replace("A seed is a number.", "long " * 60), "shorten it"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(text, said):
    with pytest.raises(TermFileError, match=said):
        read_term(text)
