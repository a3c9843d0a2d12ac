"""The scenes that the starter model learns from."""

import random
import re

import numpy as np
import pytest

from starter.scenes import (
    COLOURS,
    PLACES,
    SUBJECTS,
    TIMES,
    Facts,
    caption_of,
    draw_facts,
    draw_scene,
    held_out,
    known_words,
    sample_facts,
    sample_unseen_facts,
    vocabulary,
)
from starter.scenes.canvas import SECOND, SKY, SUBJECT
from starter.scenes.characters import CHARACTERS, draw_character_scene
from starter.scenes.palette import light_of
from starter.scenes.wording import SHADES

_CAPTIONED = 2000


def _captioned():
    rng = random.Random(5)
    for _ in range(_CAPTIONED):
        facts = sample_facts(rng)
        yield facts, caption_of(facts, rng).lower()


def test_it_draws_the_same_bytes_for_the_same_seed():
    one, two, other = draw_scene(3), draw_scene(3), draw_scene(4)
    assert one.image.tobytes() == two.image.tobytes()
    assert one.labels.tobytes() == two.labels.tobytes()
    assert one.caption == two.caption
    assert one.facts == two.facts
    assert one.image.tobytes() != other.image.tobytes()


def test_it_gives_images_and_region_maps_of_the_promised_shape():
    scene = draw_scene(11)
    assert scene.image.shape == (512, 512, 3)
    assert scene.image.dtype == np.uint8
    assert scene.labels.shape == (512, 512)
    assert scene.labels.dtype == np.uint8
    assert set(np.unique(scene.labels)) <= set(range(7))


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_it_draws_every_subject_in_every_place(subject):
    for number, place in enumerate(PLACES):
        time = list(TIMES)[number % len(TIMES)]
        scene = draw_facts(Facts(subject, "red", place, time), number)
        assert (scene.labels == SUBJECT).mean() > 0.01


@pytest.mark.parametrize("time", list(TIMES))
@pytest.mark.parametrize("colour", [c for c in COLOURS if c not in ("white", "black", "grey")])
def test_it_keeps_a_colour_recognisable_under_every_light(colour, time):
    scene = draw_facts(Facts("robot", colour, "hills", time), 1)
    body = scene.image[scene.labels == SUBJECT].astype(float)
    hues = {name: np.array(tone, float) for name, tone in COLOURS.items()}
    shares = {name: (_likeness(body, tone) > 0.985).mean() for name, tone in hues.items()}
    assert shares[colour] > 0.2


def _likeness(pixels, tone):
    lengths = np.linalg.norm(pixels, axis=1) * np.linalg.norm(tone) + 1e-6
    return pixels @ tone / lengths


def test_it_marks_a_second_subject_in_the_region_map():
    facts = Facts("fox", "red", "hills", "day", second="lighthouse", second_colour="blue")
    assert {SUBJECT, SECOND} <= set(np.unique(draw_facts(facts, 2).labels))


def _well_typed():
    known = set(vocabulary())
    return [(f, text) for f, text in _captioned() if set(re.findall(r"[a-z0-9]+", text)) <= known]


def test_it_never_states_a_colour_that_is_not_there():
    for facts, caption in _well_typed():
        plain = re.sub("green (hill|meadow)|snow white|lime green|silver grey", "", caption)
        words = set(re.findall(r"[a-z]+", plain))
        owned = {facts.colour, facts.second_colour}
        for name, shades in SHADES.items():
            told = words & {s for s in shades if " " not in s}
            assert not told or name in owned, caption


def test_it_never_states_a_place_or_time_that_is_not_there():
    for facts, caption in _captioned():
        for name, place in PLACES.items():
            if name != facts.place:
                assert not any(
                    phrase in caption for phrase in place.phrases if _is_whole(phrase, caption)
                ) or _shared(name, facts.place, caption), caption
        for name, phrases in TIMES.items():
            if name != facts.time:
                assert not any(_is_whole(p, caption) for p in phrases), caption


def _is_whole(phrase, caption):
    return re.search(rf"\b{re.escape(phrase)}\b", caption) is not None


def _shared(name, actual, caption):
    return name == "snowfield" and "in the snow" in caption and actual != name


def test_it_counts_in_plural():
    rng = random.Random(9)
    for count, words in ((2, "two|2|pair|couple"), (3, "three|3")):
        facts = Facts("mushroom", "red", "forest", "day", count=count)
        texts = [caption_of(facts, rng).lower() for _ in range(60)]
        assert sum(bool(re.search(rf"\b({words})\b", text)) for text in texts) >= 57
        assert sum("mushrooms" in text or "toadstools" in text for text in texts) >= 57


def test_its_vocabulary_covers_correctly_typed_captions():
    assert len(_well_typed()) > 0.965 * _CAPTIONED


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_it_draws_characters_of_their_own(name):
    scene = draw_character_scene(name, 7)
    assert scene.caption.startswith(name)
    assert scene.facts.subject == name
    assert name not in SUBJECTS
    assert (scene.labels == SUBJECT).mean() > 0.03
    assert scene.image.tobytes() == draw_character_scene(name, 7).image.tobytes()


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_its_vocabulary_covers_the_characters(name):
    known = set(vocabulary())
    for seed in range(12):
        caption = draw_character_scene(name, seed).caption
        assert set(re.findall(r"[a-z0-9]+", caption)) <= known


def test_it_lets_boats_float_where_there_is_water():
    for place, floats in (("sea", True), ("lake", True), ("desert", False)):
        labels = draw_facts(Facts("boat", "red", place, "day"), 4).labels
        lowest = np.nonzero((labels == SUBJECT).any(1))[0].max()
        assert (lowest < 425) == floats


def test_it_puts_subjects_where_the_facts_say():
    for position, low, high in (("left", 80, 230), ("right", 282, 432)):
        for seed in range(4):
            facts = Facts("mushroom", "red", "hills", "day", position=position)
            columns = np.nonzero(draw_facts(facts, seed).labels == SUBJECT)[1]
            assert low < columns.mean() < high


def test_it_keeps_some_combinations_from_training():
    rng = random.Random(2)
    assert not any(held_out(sample_facts(rng)) for _ in range(3000))
    combinations = [Facts(s, c, p, "day") for s in SUBJECTS for c in COLOURS for p in PLACES]
    share = sum(map(held_out, combinations)) / len(combinations)
    assert 0.05 < share < 0.07


def test_it_holds_back_a_pair_for_either_of_its_subjects():
    rng = random.Random(6)
    unseen = sample_unseen_facts(rng)
    place, name, colour = unseen.place, unseen.subject, unseen.colour
    seen = next(s for s in SUBJECTS if not held_out(Facts(s, "red", place, "day")))
    assert held_out(Facts(seen, "red", place, "day", second=name, second_colour=colour))


def test_its_unseen_facts_are_single_subjects_held_out():
    rng = random.Random(3)
    for _ in range(100):
        facts = sample_unseen_facts(rng)
        assert held_out(facts)
        assert (facts.count, facts.second) == (1, None)


def test_it_poses_only_who_can():
    rng = random.Random(4)
    posed = [facts for facts in (sample_facts(rng) for _ in range(4000)) if facts.pose]
    assert all(f.pose in SUBJECTS[f.subject].poses for f in posed)
    assert all(f.count == 1 and f.second is None for f in posed)


def test_it_says_what_a_subject_does():
    rng = random.Random(8)
    facts = Facts("cat", "grey", "forest", "night", pose="sleeping")
    texts = [caption_of(facts, rng).lower() for _ in range(80)]
    told = [t for t in texts if re.search("sleep|nap|snooz", t)]
    assert len(told) > 68
    assert any("sleeping cat" in t or "sleeping grey cat" in t for t in told)
    assert any("cat sleeping" in t for t in told)


def test_it_calls_a_close_up_by_its_name():
    rng = random.Random(8)
    facts = Facts("cat", "lime", "forest", "day", position="close up")
    texts = [caption_of(facts, rng).lower() for _ in range(80)]
    assert sum(bool(re.search("close|portrait", t)) for t in texts) > 65


def test_it_lists_what_it_knows_by_group():
    known = known_words()
    groups = {"subjects", "colours", "places", "times", "weathers", "poses", "positions"}
    assert groups <= set(known)
    assert "gray" in known["colour_synonyms"]
    listed = {w for rows in known.values() for text in rows for w in re.findall(r"[a-z0-9]+", text)}
    assert listed <= set(vocabulary())


def test_it_has_fourteen_places_of_two_layouts_or_more():
    assert len(PLACES) >= 14
    assert all(len(place.variants) >= 2 for place in PLACES.values())


@pytest.mark.parametrize("place", list(PLACES))
def test_it_makes_dawn_cool_and_sunset_warm(place):
    dawn, sunset = (_sky_of(Facts("cat", "red", place, time), 5) for time in ("dawn", "sunset"))
    assert dawn[2] > dawn[0] - 10
    assert sunset[0] > sunset[2] + 40


@pytest.mark.parametrize("place", list(PLACES))
def test_it_leaves_sky_in_sight_for_the_weather(place):
    for seed in range(8):
        labels = draw_facts(Facts("mushroom", "red", place, "day", size="small"), seed).labels
        assert (labels[:230] == SKY).mean() > 0.2


def _sky_of(facts, seed):
    scene = draw_facts(facts, seed)
    return scene.image[scene.labels == SKY].mean(0)


def test_it_turns_the_sky_red_at_sunset_alone():
    warmth = {t: _sky_of(Facts("cat", "red", "hills", t), 5) @ (1, 0, -1) for t in TIMES}
    assert max(warmth, key=warmth.get) == "sunset"


@pytest.mark.parametrize("time", list(TIMES))
def test_it_keeps_fourteen_colours_apart_under_every_light(time):
    light = light_of(time, None, random.Random(1))
    painted = np.array([light.on_subject(tone) for tone in COLOURS.values()], float)
    gaps = np.linalg.norm(painted[:, None] - painted[None], axis=2)
    assert len(COLOURS) == 14
    assert gaps[np.triu_indices(14, 1)].min() > 60
