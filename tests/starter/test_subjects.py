"""The subjects of the scenes: how many, how they pose, and where composition puts them."""

import random

import numpy as np
import pytest

from starter.scenes import SUBJECTS, Facts, draw_facts
from starter.scenes.canvas import SUBJECT, Box, Canvas
from starter.scenes.framing import paint_frame
from starter.scenes.palette import light_of

_POSES = {"jumping", "sleeping", "running", "waving"}
_POSING = [(name, pose) for name, kind in SUBJECTS.items() for pose in kind.poses]


def _own(facts, seed=3):
    return draw_facts(facts, seed).labels == SUBJECT


def _extent(mask, axis):
    there = np.nonzero(mask.any(axis))[0]
    return there.min(), there.max()


def test_there_are_more_than_forty_subjects_of_every_kind():
    assert len(SUBJECTS) >= 44
    assert {"wizard", "unicorn", "cupcake", "guitar", "penguin", "tractor"} <= set(SUBJECTS)


def test_no_two_subjects_share_a_name():
    names = [
        word
        for kind in SUBJECTS.values()
        for word in {kind.name, kind.plural, *(w for pair in kind.synonyms for w in pair)}
    ]
    assert len(names) == len(set(names))


def test_subjects_only_claim_poses_that_exist():
    assert {pose for _, pose in _POSING} == _POSES


@pytest.mark.parametrize(("subject", "pose"), _POSING)
def test_a_pose_changes_the_silhouette(subject, pose):
    place = "lake" if SUBJECTS[subject].floats else "hills"
    still = _own(Facts(subject, "blue", place, "day"))
    posed = _own(Facts(subject, "blue", place, "day", pose=pose))
    assert (still ^ posed).sum() > 0.04 * still.sum()


def test_who_jumps_is_off_the_ground():
    for subject in ("dog", "robot", "turtle"):
        still = _own(Facts(subject, "red", "hills", "day"))
        jumping = _own(Facts(subject, "red", "hills", "day", pose="jumping"))
        assert _extent(jumping, 1)[1] < _extent(still, 1)[1] - 20


def test_who_sleeps_lies_lower():
    for subject in ("elephant", "cat", "unicorn"):
        still = _own(Facts(subject, "red", "hills", "day"))
        asleep = _own(Facts(subject, "red", "hills", "day", pose="sleeping"))
        assert _extent(asleep, 1)[0] > _extent(still, 1)[0] + 15


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_a_close_up_fills_the_frame(subject):
    mask = _own(Facts(subject, "green", "hills", "day", position="close up"))
    (top, bottom), (left, right) = _extent(mask, 1), _extent(mask, 0)
    assert max(bottom - top, right - left) > 0.72 * 512


def test_the_frame_leaves_the_subject_free(monkeypatch):
    for seed, subject in enumerate(SUBJECTS):
        facts = Facts(subject, "purple", ("garden", "hills", "lake")[seed % 3], "day")
        framed = _own(facts, seed)
        with monkeypatch.context() as patch:
            patch.setattr("starter.scenes.composition.paint_frame", lambda *_: None)
            bare = _own(facts, seed)
        assert framed.sum() > 0.97 * bare.sum(), subject


def test_a_frame_stays_away_from_what_is_kept():
    canvas = Canvas(light_of("day", None, random.Random(1)))
    for seed in range(12):
        paint_frame(canvas, "grass", [Box(0, 0, 512, 512)], random.Random(seed))
    assert not canvas.image.any()


def test_poses_draw_the_same_bytes_again():
    facts = Facts("fox", "teal", "snowfield", "night", pose="running")
    one, two = draw_facts(facts, 8), draw_facts(facts, 8)
    assert one.image.tobytes() == two.image.tobytes()
    assert one.labels.tobytes() == two.labels.tobytes()
