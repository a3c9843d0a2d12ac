"""What ships: enough terms, whole ones, and nothing in them that leads nowhere."""

import re

import pytest
from PIL import Image

from generation.forms import WishForm
from generation.wishes import cleaned
from learn import shipped_pictures
from learn.installing import FOLDER, shipped_terms
from learn.rules.prose import linked_slugs
from starter.pack_files import read_packs
from tests.house import ROOT

TERMS = shipped_terms()
PACKS = {pack.slug: pack for pack in read_packs(ROOT / "starter" / "packs")}
ASKED_FOR = {
    "lora",
    "checkpoint",
    "diffusion-model",
    "controlnet",
    "style-transfer",
    "trigger-word",
    "seed",
    "negative-prompt",
    "guidance",
    "sampler",
    "vae",
    "low-rank",
    "style-pack",
    "lora-weight",
    "stacking",
}
LEAST = 27


def test_it_ships_the_terms_that_were_asked_for_and_more():
    assert TERMS.keys() >= ASKED_FOR
    assert len(TERMS) >= LEAST


@pytest.mark.parametrize("slug", TERMS)
def test_it_tells_each_term_whole(slug):
    term = TERMS[slug]
    assert term["definition"].endswith(".")
    assert term["definition"].count(". ") == 0
    assert 2 <= len(term["questions"]) <= 3
    assert all(row["question"].endswith("?") for row in term["questions"])
    assert term["used_for"]
    assert term["pictures"]


@pytest.mark.parametrize("slug", TERMS)
def test_it_links_only_terms_that_are_there(slug):
    term = TERMS[slug]
    text = " ".join([term["how_it_works"], term["why_it_matters"]])
    answers = " ".join(row["answer"] for row in term["questions"])
    links = [*term["related"], *linked_slugs(text), *linked_slugs(answers)]
    assert set(links) <= TERMS.keys() - {slug}
    assert len(term["related"]) >= 2


@pytest.mark.parametrize("slug", TERMS)
def test_it_fills_the_studio_with_a_wish_that_can_be_granted(slug):
    asked = TERMS[slug]["try_it"]
    form = WishForm(asked)
    assert form.is_valid(), form.errors
    assert cleaned(form.wish).prompt == asked["prompt"]
    assert {asked["pack"], asked.get("second", asked["pack"])} <= PACKS.keys()


def test_it_names_each_file_by_its_address():
    assert all(re.fullmatch(r"[a-z0-9-]+\.toml", path.name) for path in FOLDER.iterdir())


def test_it_has_a_file_for_every_picture_and_shows_every_file():
    recipes = shipped_pictures.recipes()
    files = {path.stem for path in shipped_pictures.FOLDER.glob("*.webp")}
    shown = {row["show"] for term in TERMS.values() for row in term["pictures"]}
    assert recipes.keys() == files == shown
    assert all(recipe.pack in PACKS for recipe in recipes.values())
    for name in files:
        with Image.open(shipped_pictures.file_of(name)) as picture:
            assert picture.size == (shipped_pictures.SIDE, shipped_pictures.SIDE)


def test_it_tries_what_a_picture_shows():
    """“Try it” and the pictures agree at least on the pack."""
    for term in TERMS.values():
        packs = {shipped_pictures.recipes()[row["show"]].pack for row in term["pictures"]}
        assert term["try_it"]["pack"] in packs


def test_it_asks_the_studio_by_its_own_names():
    fields = set(WishForm.base_fields)
    for term in TERMS.values():
        assert set(term["try_it"]) <= fields
