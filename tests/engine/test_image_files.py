"""Files are deterministic, say how they were made, and can be read back."""

import io
import random

import pytest
from PIL import Image

from generation.engine.contract import EngineError
from generation.engine.image_files import (
    SOURCE_TYPE,
    XMP_KEY,
    encode_png,
    read_metadata,
    thumbnail_webp,
)

RGB = random.Random(0).randbytes(40 * 30 * 3)
TEXTS = {"prompt": "ein roter Käse, 猫 {prompt} $x", "recipe": '{"seed": 3}'}


def test_it_writes_the_same_bytes_for_the_same_pixels():
    assert encode_png(RGB, 40, 30, TEXTS) == encode_png(RGB, 40, 30, TEXTS)


def test_it_keeps_every_pixel():
    image = Image.open(io.BytesIO(encode_png(RGB, 40, 30, {})))
    assert image.size == (40, 30)
    assert image.tobytes() == RGB


def test_it_reads_back_what_it_wrote(tmp_path):
    png = encode_png(RGB, 40, 30, TEXTS)
    path = tmp_path / "image.png"
    path.write_bytes(png)
    assert read_metadata(png) == read_metadata(path)
    assert {key: read_metadata(png)[key] for key in TEXTS} == TEXTS


def test_it_states_that_an_algorithm_made_it():
    assert SOURCE_TYPE in read_metadata(encode_png(RGB, 40, 30, {}))[XMP_KEY]


def test_it_makes_thumbnails_that_keep_the_shape():
    thumbnail = Image.open(io.BytesIO(thumbnail_webp(RGB, 40, 30, edge=20)))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (20, 15))


def test_it_never_enlarges_a_thumbnail():
    assert Image.open(io.BytesIO(thumbnail_webp(RGB, 40, 30))).size == (40, 30)


@pytest.mark.parametrize("content", [b"", b"no image", encode_png(RGB, 40, 30, {})[:200]])
def test_it_refuses_files_that_are_no_whole_png(content):
    with pytest.raises(EngineError, match="PNG"):
        read_metadata(content)


def test_it_refuses_other_formats():
    with pytest.raises(EngineError, match="not a PNG"):
        read_metadata(thumbnail_webp(RGB, 40, 30))
