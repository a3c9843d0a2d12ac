"""Every look and every pack file of the starter."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from starter.looks import LOOKS, apply_look
from starter.pack_files import FOLDER, PackFileError, read_pack, read_packs


@dataclass
class DrawnScene:
    image: np.ndarray
    labels: np.ndarray


@pytest.fixture(scope="module")
def scene() -> DrawnScene:
    image = np.full((512, 512, 3), (120, 186, 236), np.uint8)
    labels = np.zeros((512, 512), np.uint8)
    for colour, label, top in [((140, 150, 190), 1, 250), ((90, 150, 90), 3, 330)]:
        image[top:], labels[top:] = colour, label
    for picture, colour in [(image, (214, 60, 52)), (labels, 5)]:
        cv2.rectangle(picture, (180, 220), (330, 430), colour, -1)
    cv2.circle(image, (255, 300), 30, (250, 230, 120), -1)
    return DrawnScene(image, labels)


@pytest.mark.parametrize("slug", LOOKS)
def test_it_returns_the_same_512_pixel_image_for_the_same_seed(slug, scene):
    before = scene.image.copy(), scene.labels.copy()
    first, again = (apply_look(slug, scene, seed=7) for _ in range(2))
    assert first.shape == (512, 512, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert np.array_equal(scene.image, before[0])
    assert np.array_equal(scene.labels, before[1])


@pytest.mark.parametrize("slug", LOOKS)
@pytest.mark.parametrize("label", [0, 5])
def test_it_accepts_a_scene_of_a_single_region(slug, label):
    flat = DrawnScene(np.full((512, 512, 3), 90, np.uint8), np.full((512, 512), label, np.uint8))
    assert apply_look(slug, flat, seed=1).shape == (512, 512, 3)


@pytest.mark.parametrize("slug", LOOKS)
def test_it_keeps_the_subject_apart_from_its_surroundings(slug, scene):
    seen = cv2.GaussianBlur(apply_look(slug, scene, seed=3), (0, 0), 8).astype(int)
    subject, ground = seen[380, 200:310].mean(axis=0), seen[380, 40:150].mean(axis=0)
    outline = seen[380, 150:210].std(axis=0).max()
    assert max(abs(subject - ground).max(), outline) > 8


def test_it_makes_any_two_looks_differ_at_thumbnail_size(scene):
    thumbs = {
        slug: cv2.resize(apply_look(slug, scene, 5), (128, 128), interpolation=cv2.INTER_AREA)
        for slug in LOOKS
    }
    slugs = list(thumbs)
    for index, one in enumerate(slugs):
        for other in slugs[index + 1 :]:
            gap = np.abs(thumbs[one].astype(int) - thumbs[other].astype(int)).mean()
            assert gap > 9, (one, other, gap)


def test_it_loses_little_when_single_pixels_are_averaged_away(scene):
    for slug in LOOKS:
        image = apply_look(slug, scene, 5)
        half = cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA)
        back = cv2.resize(half, (512, 512), interpolation=cv2.INTER_CUBIC)
        assert cv2.PSNR(image, back) > 22, slug


def test_it_names_an_unknown_look(scene):
    with pytest.raises(KeyError, match="no-such-look"):
        apply_look("no-such-look", scene, seed=0)


def test_it_ships_a_valid_pack_for_every_look_and_every_character():
    packs = {pack.slug: pack for pack in read_packs()}
    characters = {slug for slug, pack in packs.items() if pack.kind == "character"}
    assert "pip" in characters
    assert set(packs) - characters == set(LOOKS)
    for pack in packs.values():
        assert len(pack.examples) == 3
        assert pack.loras[0].file == f"{pack.slug}.safetensors"
        assert pack.license == "Apache-2.0"


def test_it_gives_every_pack_a_trigger_of_its_own():
    triggers = [pack.trigger for pack in read_packs()]
    assert len(set(triggers)) == len(triggers)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"{prompt}, {trigger}"', '"{trigger}"', "exactly once"),
        ('"{prompt}, {trigger}"', '"{prompt} {mood}"', "no slots but"),
        ('kind = "style"', 'kind = "mood"', "'kind' must be one of"),
        ('slug = "linocut"', 'slug = "other"', "name the file other.toml"),
        ("steps = 12", "steps = true", "'steps' must be a int"),
        ("steps = 12", "", "'steps' is missing"),
        ("version =", "mood = 3\nversion =", "unknown field 'mood'"),
        ("weight_min = 0.0", "weight_min = 2.0", "above 'weight_max'"),
        ("[[0, 0.0], ", "[[0, 0.0], [1, 0.99], ", "must rise"),
        ('"linocut.safetensors"', '"../x.safetensors"', "plain file name"),
        ("name =", "name", "cannot be read as TOML"),
    ],
)
def test_it_tells_what_to_change_in_a_wrong_pack_file(tmp_path: Path, old, new, complaint):
    text = (FOLDER / "linocut.toml").read_text()
    assert old in text
    (tmp_path / "linocut.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(PackFileError, match=r"^linocut\.toml: ") as refusal:
        read_packs(tmp_path)
    assert complaint in str(refusal.value)


def test_it_names_a_missing_folder_and_a_missing_file(tmp_path: Path):
    with pytest.raises(PackFileError, match="no such folder"):
        read_packs(tmp_path / "nowhere")
    with pytest.raises(PackFileError, match=r"gone\.toml"):
        read_pack(tmp_path / "gone.toml")
