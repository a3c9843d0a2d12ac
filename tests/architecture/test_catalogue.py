"""The catalogues: every sentence that is marked, nothing else, with the same placeholders."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de",)
CATALOGUES = {
    f"{language}/{name}": ROOT / "locale" / language / "LC_MESSAGES" / f"{name}.po"
    for language in LANGUAGES
    for name in ("django", "djangojs")
}
NOT_COPIED = shutil.ignore_patterns(
    ".*", "var", "staticfiles", "starter", "docs", "tests", "benchmarks", "__pycache__"
)
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)[^}]*\}")
TAG = re.compile(r"</?(\w+)")


def entries(name):
    return list(polib.pofile(str(CATALOGUES[name])))


def said_in(entry):
    """Every form of the translation beside the form of the English it stands for."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    forms = [entry.msgid, entry.msgid_plural]
    return list(zip(forms, (entry.msgstr_plural[n] for n in range(2)), strict=True))


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_translated_and_none_is_a_guess(name):
    unfinished = [each.msgid for each in entries(name) if each.fuzzy or each.obsolete]
    empty = [english for each in entries(name) for english, said in said_in(each) if not said]
    assert (unfinished, empty) == ([], [])


@pytest.mark.parametrize("name", CATALOGUES)
def test_placeholders_and_elements_are_those_of_the_english(name):
    differing = [
        (english, said)
        for each in entries(name)
        for english, said in said_in(each)
        for pattern in (PLACEHOLDER, TAG)
        if not set(pattern.findall(said)) <= set(pattern.findall(english))
        or (not each.msgid_plural and set(pattern.findall(said)) != set(pattern.findall(english)))
    ]
    assert differing == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_compiled_file_holds_the_same(name):
    compiled = polib.mofile(str(CATALOGUES[name].with_suffix(".mo")))

    def facts(rows):
        return {(e.msgctxt, e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in rows}

    assert facts(compiled) == facts(entries(name)), "run `make words`"


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext's xgettext")
def test_the_catalogue_holds_what_the_code_marks(tmp_path):
    # In a copy: collecting writes files beside the templates, which other tests would meet.
    house = shutil.copytree(ROOT, tmp_path / "house", ignore=NOT_COPIED)
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-m", "config.words"]
    subprocess.run(command, cwd=house, env=settings, check=True, capture_output=True)
    for path in CATALOGUES.values():
        assert keys(house / path.relative_to(ROOT)) == keys(path), "run `make words`"


def keys(path):
    return {(e.msgctxt, e.msgid) for e in polib.pofile(str(path)) if not e.obsolete}
