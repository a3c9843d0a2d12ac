"""Square, portrait, landscape, wide: asked for in the studio and the API, kept afterwards."""

import pytest

from generation.models import Generation
from stylepacks.models import PackVersion


def ask(client, **typed):
    return client.post("/create/", {"key": "k", "prompt": "a red boat", "pack": "ink", **typed})


def made_size():
    recipe = Generation.objects.get().recipe
    return recipe["width"], recipe["height"]


def allow(version, rule):
    # A published version is frozen; what its curator once said is written here behind its back.
    PackVersion._base_manager.filter(pk=version.pk).update(field_policy={"aspect": rule})


def test_it_renders_in_the_shape_asked_for(as_alice, ink):
    ask(as_alice, aspect="portrait")
    assert made_size() == (448, 576)


@pytest.mark.parametrize("aspect", ["", "square"])
def test_it_renders_in_the_packs_own_size_otherwise(as_alice, ink, aspect):
    ask(as_alice, aspect=aspect)
    assert made_size() == (512, 512)


def test_it_never_batches_two_sizes(as_alice, ink):
    for aspect in ("square", "portrait"):
        ask(as_alice, aspect=aspect)
    assert len(set(Generation.objects.values_list("batch_key", flat=True))) == 2


@pytest.mark.parametrize(
    ("aspect", "sentence"),
    [("wide", "learned from squares"), ("round", "The shape is one of"), ("x" * 500, "one of")],
)
def test_it_says_why_not(as_alice, ink, aspect, sentence):
    response = ask(as_alice, aspect=aspect)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Generation.objects.exists()


def test_it_obeys_the_curators_rule(as_alice, ink):
    allow(ink.live_version, {"policy": "fixed"})
    response = ask(as_alice, aspect="portrait")
    assert "keeps this pack to its own shape" in response.content.decode()


def test_it_offers_what_the_pack_comes_in_and_keeps_it_in_the_address(client, ink):
    page = client.get("/create/", {"aspect": "landscape"}).content.decode()
    assert 'name="aspect" value="landscape" checked' in page
    assert 'value="wide"' not in page
    assert 'data-aspects="square portrait landscape"' in page
    assert "learned from squares" in page


def test_it_tells_before_anything_is_spent(client, ink):
    asked = {"pack": "ink", "prompt": "a boat", "aspect": "wide"}
    assert "learned from squares" in client.get("/create/final-prompt", asked).content.decode()


def test_it_keeps_the_shape_in_every_next_step(as_alice, alice, make_generation):
    row = make_generation(alice)
    row.recipe |= {"width": 448, "height": 576}
    row.save()
    page = as_alice.get(f"/generations/{row.pk}/").content.decode()
    assert "work__stage--portrait" in page
    assert 'name="aspect" value="portrait"' in page
    assert "aspect=portrait" in page
    assert "aspect=portrait" in as_alice.get(f"/generations/{row.pk}/0/").content.decode()


def test_it_takes_a_shape_from_programs(as_alice, ink):
    asked = {"pack": "ink", "prompt": "a boat", "aspect": "landscape"}
    made = as_alice.post("/api/generations", asked, content_type="application/json").json()
    assert (made["width"], made["height"]) == (576, 448)
    asked["aspect"] = "wide"
    refused = as_alice.post("/api/generations", asked, content_type="application/json")
    assert refused.status_code == 422
    assert refused.json()["code"] == "aspect_unavailable"
    assert as_alice.get("/api/packs/ink").json()["aspects"] == ["square", "portrait", "landscape"]
