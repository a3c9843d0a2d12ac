"""Which words a checkpoint knows, and which it passes over."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylepacks.known_words import sentence_about
from stylepacks.rules.vocabulary import marked, near_words, surprise, unknown_words

KNOWN = {
    "subjects": ["fox", "ice cream", "hot air balloon", "owl"],
    "subject_synonyms": ["foxes", "ice creams"],
    "colours": ["red", "orange"],
    "colour_synonyms": ["bright red"],
    "places": ["by the sea", "in the forest"],
    "place_synonyms": ["forest"],
    "times": ["at night", "during the day"],
    "skies": ["at night under the stars"],
    "weathers": ["under the stars"],
    "counts": ["two"],
    "characters": ["pip", "waving"],
    "quiet": ["a", "the", "an", "beautiful"],
}


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "a red fox by the sea at night",
        "Two ICE CREAMS, beautiful, in the forest!",
        "an orange hot-air balloon (under the stars)",
        "the fox 🦊",
        "a red fox in the fo",
        "a red fox by a",
    ],
)
def test_it_finds_nothing_strange_in_known_words(prompt):
    assert unknown_words(prompt, KNOWN) == ()


@pytest.mark.parametrize(
    ("prompt", "strange"),
    [
        ("a red Zeppelin by the sea", ("Zeppelin",)),
        ("zeppelin, ZEPPELIN and gondola", ("ZEPPELIN", "and", "gondola")),
        ("a fox with cream!", ("with", "cream")),
        ("قارب by the sea", ("قارب",)),
        ("17 foxes", ("17",)),
        ("{prompt} <i>fox</i>", ("prompt",)),
        ("fo by the sea", ("fo",)),
    ],
)
def test_it_names_strange_words_once_and_in_order(prompt, strange):
    assert unknown_words(prompt, KNOWN) == strange


def test_it_counts_the_packs_own_words_as_known():
    assert unknown_words("quimba fox", KNOWN, also=["quimba style"]) == ()


def test_it_knows_a_character_only_in_its_company():
    assert unknown_words("pip waving.", KNOWN) == ("pip", "waving")
    assert unknown_words("pip waving", KNOWN, has_character=True) == ()


def test_it_says_nothing_without_a_list():
    assert unknown_words("a zeppelin", {}) == ()
    assert sentence_about("Starter", ()) == ""
    assert surprise({}, random.Random(1)) == ""
    assert near_words("zeppelin", {}) == ()


def test_it_offers_what_is_spelt_nearly_alike():
    assert near_words("forrest", KNOWN) == ("forest",)
    assert near_words("Foxs", KNOWN)[0] in ("fox", "foxes")
    assert near_words("zeppelin", KNOWN) == ()
    assert near_words("beautifol", KNOWN) == ()


@pytest.mark.parametrize(
    ("strange", "sentence"),
    [
        (("zeppelin",), "Starter does not know “zeppelin” and will mostly pass over it."),
        (("a", "b"), "Starter does not know “a” or “b” and will mostly pass over them."),
        (
            ("a", "b", "c", "d", "e", "f"),
            "Starter does not know “a”, “b”, “c”, “d” or 2 more and will mostly pass over them.",
        ),
    ],
)
def test_it_says_it_kindly(strange, sentence):
    assert sentence_about("Starter", strange) == sentence


def test_it_surprises_with_known_words_alone():
    for seed in range(60):
        prompt = surprise(KNOWN, random.Random(seed))
        assert unknown_words(prompt, KNOWN) == ()
        assert any(subject in prompt for subject in KNOWN["subjects"])
        assert not prompt.startswith("a orange")


def test_it_leaves_the_subject_to_a_character():
    prompts = {surprise(KNOWN, random.Random(seed), has_character=True) for seed in range(30)}
    assert len(prompts) > 3
    assert not any(subject in prompt for subject in KNOWN["subjects"] for prompt in prompts)


def test_it_surprises_alike_for_the_same_seed():
    assert surprise(KNOWN, random.Random(4)) == surprise(KNOWN, random.Random(4))


@given(st.text(max_size=80))
def test_it_marks_without_changing_a_letter(text):
    strange = unknown_words(text, KNOWN)
    runs = marked(text, strange)
    assert "".join(run for run, _ in runs) == text
    assert {run.casefold() for run, is_strange in runs if is_strange} <= {
        word.casefold() for word in strange
    }


def test_it_marks_the_strange_words():
    assert marked("a zeppelin here", ["Zeppelin"]) == [
        ("a ", False),
        ("zeppelin", True),
        (" here", False),
    ]


def test_the_starters_packs_ask_for_words_it_knows():
    starter = Path(__file__).resolve().parents[2] / "starter"
    groups = json.loads((starter / "vocabulary.json").read_text(encoding="utf-8"))
    assert unknown_words("a red zeppelin by the sea at sunset", groups) == ("zeppelin",)
    for seed in range(50):
        assert unknown_words(surprise(groups, random.Random(seed)), groups) == ()
