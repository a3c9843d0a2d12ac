"""The house characters: themselves in any place, and each with a pack of its own."""

import random

import cv2
import numpy as np
import pytest

from starter.pack_files import read_packs
from starter.scenes import SUBJECTS, caption_of, sample_facts
from starter.scenes.canvas import SIZE, SUBJECT, Canvas
from starter.scenes.characters import CHARACTERS, character_words, draw_character_scene
from starter.scenes.palette import light_of
from starter.scenes.pen import Pen, coat_of

PACKS = {pack.slug: pack for pack in read_packs() if pack.kind == "character"}
POSES = [(name, pose) for name, character in CHARACTERS.items() for pose in character.poses]


def blank(time: str = "day") -> Canvas:
    return Canvas(light_of(time, None, random.Random(1)))


def portrait(name: str, pose: str, time: str = "day") -> Canvas:
    canvas = blank(time)
    canvas.label = SUBJECT
    CHARACTERS[name].draw(Pen(canvas, SIZE / 2, 460, 340), pose)
    return canvas


def outline_of(canvas: Canvas) -> np.ndarray:
    """The silhouette moved into a 64 x 64 square, whatever its size and place."""
    rows, columns = np.nonzero(canvas.labels == SUBJECT)
    part = canvas.labels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return cv2.resize((part == SUBJECT).astype(np.float32), (64, 64)) > 0.5


def overlap(one: np.ndarray, two: np.ndarray) -> float:
    return (one & two).sum() / (one | two).sum()


def palette_of(canvas: Canvas) -> np.ndarray:
    pixels = canvas.image[canvas.labels == SUBJECT]
    counts, _ = np.histogramdd(pixels, bins=(6, 6, 6), range=[(0, 256)] * 3)
    return counts.ravel() / np.linalg.norm(counts)


def test_it_has_a_pack_for_every_character():
    assert set(PACKS) == set(CHARACTERS)
    assert len({pack.position for pack in PACKS.values()}) == len(PACKS) >= 4
    for name, pack in PACKS.items():
        assert pack.trigger == name
        assert name in CHARACTERS[name].kinds[0].split()
        assert pack.family == "character"
        assert len(pack.examples) == 3


def test_it_names_no_character_like_a_subject():
    assert not set(CHARACTERS) & set(SUBJECTS)
    rng = random.Random(3)
    said = {word for _ in range(500) for word in caption_of(sample_facts(rng), rng).split()}
    assert not set(CHARACTERS) & said


def test_it_lists_every_word_it_says_of_them():
    for name, character in CHARACTERS.items():
        assert name in character_words()
        assert all(kind.startswith(name) for kind in character.kinds)
        assert len(character.poses) == 4


@pytest.mark.parametrize(("name", "pose"), POSES)
def test_it_draws_a_pose_within_its_width(name, pose):
    columns = np.nonzero(portrait(name, pose).labels == SUBJECT)[1]
    half = 340 * CHARACTERS[name].wide / 2
    assert abs(columns - SIZE / 2).max() <= half + 12


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_it_draws_poses_that_differ(name):
    sheets = [portrait(name, pose).image for pose in CHARACTERS[name].poses]
    for i, one in enumerate(sheets):
        assert all((one != other).any(-1).mean() > 0.004 for other in sheets[:i])


def test_it_gives_each_a_silhouette_and_colours_of_its_own():
    sheets = [portrait(name, "standing") for name in CHARACTERS]
    for i, one in enumerate(sheets):
        for other in sheets[:i]:
            assert overlap(outline_of(one), outline_of(other)) < 0.8
            assert palette_of(one) @ palette_of(other) < 0.6


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_it_looks_like_no_subject_of_the_same_colour(name):
    mascot = portrait(name, "standing")
    for subject in SUBJECTS.values():
        canvas = blank()
        canvas.label = SUBJECT
        subject.draw(Pen(canvas, SIZE / 2, 460, 300 / max(1, subject.wide)), coat_of("yellow"))
        assert overlap(outline_of(mascot), outline_of(canvas)) < 0.9, subject.name


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_it_keeps_its_colours_by_night(name):
    day, night = (portrait(name, "standing", time) for time in ("day", "night"))
    by_day, by_night = (sheet.image[sheet.labels == SUBJECT].mean(0) for sheet in (day, night))
    assert np.corrcoef(by_day, by_night)[0, 1] > 0.5 or abs(by_day - by_night).max() < 60


@pytest.mark.parametrize("name", list(CHARACTERS))
def test_it_stands_large_and_in_the_open(name):
    for seed in range(12):
        seen = draw_character_scene(name, seed).labels == SUBJECT
        rows, columns = np.nonzero(seen)
        assert rows.max() - rows.min() > 160
        assert columns.min() > 0
        assert columns.max() < SIZE - 1
        middle = seen[:, int(np.median(columns))]
        assert middle[rows.min() + 40 : rows.max() - 40].mean() > 0.8


def test_it_draws_the_same_bytes_for_the_same_seed():
    one, two = draw_character_scene("nova", 5), draw_character_scene("nova", 5)
    assert one.image.tobytes() == two.image.tobytes()
    assert one.caption == two.caption


def test_it_does_not_know_other_names():
    with pytest.raises(KeyError):
        draw_character_scene("nobody", 1)
