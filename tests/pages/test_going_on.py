"""From a finished picture to others: near it, or the same at final quality."""

import pytest

from generation.engine.contract import from_json, to_json
from generation.models import Generation
from generation.orders import ImageOfRecipe, _order
from generation.recipes import seed_of
from tests.pages.test_one_picture import address


@pytest.fixture
def row(as_alice, alice, ink, make_generation):
    """A real recipe, as the studio freezes it, with two delivered pictures."""
    fields = {"prompt": "a red boat", "pack": "ink", "count": "2", "seed": "7", "key": "k"}
    as_alice.post("/create/", fields)
    asked = Generation.objects.get()
    made = make_generation(alice, count=2)
    Generation.objects.filter(pk=made.pk).update(recipe=asked.recipe)
    asked.delete()
    made.refresh_from_db()
    return made


def latest(row):
    return Generation.objects.exclude(pk=row.pk).latest("created_at")


@pytest.mark.parametrize(("how", "share"), [("subtle", 0.2), ("strong", 0.5)])
def test_it_varies_around_the_pictures_own_seed(as_alice, row, how, share):
    as_alice.post(address(row, 1) + "vary", {"how": how, "key": "k"})
    new = latest(row)
    assert new.recipe["turns"] == [[8, share]]
    assert new.count == new.recipe["count"] == 4
    free = {"turns", "seed", "count"}
    same = {name: part for name, part in row.recipe.items() if name not in free}
    assert {name: part for name, part in new.recipe.items() if name not in free} == same
    order = _order(ImageOfRecipe("one", new.recipe, 2))
    assert order.turns == ((8, share),)
    assert order.seed == seed_of(new.recipe, 2)


def test_it_varies_a_variation_from_where_it_is(as_alice, row):
    Generation.objects.filter(pk=row.pk).update(recipe={**row.recipe, "turns": [[1, 0.2]]})
    as_alice.post(address(row) + "vary", {"how": "strong", "key": "k"})
    assert latest(row).recipe["turns"] == [[1, 0.2], [7, 0.5]]


def test_it_makes_one_generation_of_two_clicks(as_alice, row):
    for _ in range(2):
        as_alice.post(address(row) + "vary", {"how": "subtle", "key": "k"})
    assert Generation.objects.count() == 2


def test_it_renders_a_draft_at_final_quality(as_alice, row):
    final = dict(row.recipe)
    draft = {**final, "quality": "draft", "steps": 4}
    Generation.objects.filter(pk=row.pk).update(recipe=draft)
    assert "Render at final quality" in as_alice.get(address(row, 1)).content.decode()
    as_alice.post(address(row, 1) + "finalise", {"key": "k"})
    assert latest(row).recipe == {**final, "seed": 8, "count": 1}
    assert latest(row).seed == 8


def test_it_says_that_a_pack_is_retired(as_alice, row, ink):
    type(ink).objects.filter(pk=ink.pk).update(state="retired")
    page = as_alice.post(address(row) + "vary", {"how": "subtle"}, follow=True)
    assert "notice--error" in page.content.decode()
    assert Generation.objects.count() == 1


@pytest.mark.parametrize("path", ["vary", "finalise"])
def test_it_goes_on_from_nobody_elses(as_bob, row, path):
    assert as_bob.post(address(row) + path, {"how": "subtle"}).status_code == 404
    assert Generation.objects.count() == 1


def test_it_knows_two_ways_only(as_alice, row):
    assert as_alice.post(address(row) + "vary", {"how": "wildly"}).status_code == 404


def test_it_carries_turns_between_processes():
    from generation.engine.contract import ImageOrder, RenderRequest

    order = ImageOrder("one", "a boat", "", 7, ((1, 0.2), (2, 0.5)))
    request = RenderRequest("here", "sd15", (order,))
    assert from_json(to_json(request)) == request
