"""What marks single looks: grids that lie exactly, frames that stay, colour that is kept."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from starter.looks import apply_look
from starter.looks.steady import by_region, enlarged, mean_cells, ramp, rounded_window, steady_noise
from starter.pack_files import read_packs

FRAMED = ("pocket-console", "wood-inlay", "instant-photo", "kawaii", "snow-globe", "embroidery")


def drawn(colour=(214, 60, 52), sky=(120, 186, 236)):
    image = np.full((512, 512, 3), sky, np.uint8)
    labels = np.zeros((512, 512), np.uint8)
    for picture, value in [(image, colour), (labels, 5)]:
        cv2.rectangle(picture, (176, 192), (335, 431), value, -1)
    return SimpleNamespace(image=image, labels=labels)


@pytest.mark.parametrize("slug", FRAMED)
def test_it_draws_the_same_frame_whatever_the_scene(slug):
    one, other = apply_look(slug, drawn(), 1), apply_look(slug, drawn((30, 60, 200), (9, 9, 30)), 2)
    assert np.array_equal(one[:9], other[:9])
    assert np.array_equal(one[-9:], other[-9:])


@pytest.mark.parametrize(("slug", "side"), [("pixel-art", 8), ("pocket-console", 8)])
def test_it_sets_pixels_on_the_grid_of_the_autoencoder(slug, side):
    picture = apply_look(slug, drawn(), 1)[64:448, 64:448]
    cells = picture.reshape(384 // side, side, 384 // side, side, 3)[:, 3:5, :, 3:5].astype(int)
    assert np.ptp(cells, axis=(1, 3)).max() <= 2


@pytest.mark.parametrize(
    "slug", ["film-noir", "wood-inlay", "sticker", "pocket-console", "felt", "balloon"]
)
@pytest.mark.parametrize("colour", [(222, 58, 50), (62, 166, 78), (44, 104, 214)])
def test_it_keeps_the_colour_of_the_subject(slug, colour):
    middle = apply_look(slug, drawn(colour), 1)[260:360, 210:300].reshape(-1, 3).mean(axis=0)
    assert int(np.argmax(middle)) == int(np.argmax(colour))


def test_film_noir_takes_the_colour_out_of_everything_else():
    corner = apply_look("film-noir", drawn(), 1)[60:440, 20:120].astype(int)
    assert np.ptp(corner, axis=2).max() < 16


def test_the_same_steady_noise_comes_each_time():
    assert np.array_equal(steady_noise(7, 3), steady_noise(7, 3))
    assert not np.array_equal(steady_noise(7, 3), steady_noise(7, 4))


def test_a_window_is_open_inside_its_margins_only():
    window = rounded_window((10, 20, 30, 40), 5)
    assert window[256, 256] == 255
    assert {window[y, x] for y, x in ((256, 4), (12, 256), (256, 490), (480, 256))} == {0}


def test_each_region_gets_its_own_field():
    labels = np.array([[0, 1], [2, 1]], np.uint8)
    fields = [np.full((2, 2), value, np.float32) for value in (4, 5, 6)]
    assert by_region(labels, fields).tolist() == [[4, 5], [6, 5]]


def test_a_cell_on_a_border_takes_the_colour_of_the_masked_part_alone():
    image, mask = np.zeros((512, 512, 3), np.uint8), np.zeros((512, 512), np.uint8)
    image[:, :40], mask[:, :40] = (200, 100, 40), 255
    assert np.abs(mean_cells(image, mask, 16)[5, 1].astype(int) - (200, 100, 40)).max() <= 4
    assert enlarged(mean_cells(image, mask, 16)).shape == (512, 512, 3)


def test_a_ramp_runs_from_the_first_colour_to_the_last():
    tones = np.array([[0, 255]], np.uint8)
    assert ramp(tones, ((9, 8, 7), (50, 60, 70), (200, 210, 220))).tolist() == [
        [[9, 8, 7], [200, 210, 220]]
    ]


def test_the_families_of_the_shelf_are_all_filled():
    families = {pack.family for pack in read_packs()}
    assert {"pixel", "craft", "photo", "playful"} <= families
