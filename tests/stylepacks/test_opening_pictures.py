"""Pictures from elsewhere: known kinds, bounded sizes, one error."""

import io
import struct
import zlib

import pytest
from PIL import Image

from stylepacks import pictures
from stylepacks.pictures import PictureUnreadable
from tests.stylepacks.test_previews import png


def encoded(kind, size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


def declaring(width, height):
    """A PNG of a few bytes that says it is this large."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_it_opens_what_browsers_show(kind):
    assert pictures.opened(encoded(kind)).convert("RGB").size == (40, 30)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "ICO", "PPM", "TGA", "EPS"])
def test_it_asks_no_other_decoder(kind):
    with pytest.raises(PictureUnreadable, match="choose a PNG"):
        pictures.opened(encoded(kind))


@pytest.mark.parametrize(
    "size", [(4097, 4096), (1, 8001), (65_535, 1), (65_535, 65_535), (2**31 - 1, 2**31 - 1)]
)
def test_it_refuses_a_decompression_bomb_by_its_head(size):
    with pytest.raises(PictureUnreadable):
        pictures.opened(declaring(*size))


def test_it_says_how_large_a_picture_may_be():
    with pytest.raises(PictureUnreadable, match="5000 x 4000 pixels: a side may have 8000"):
        pictures.opened(declaring(5000, 4000))


@pytest.mark.parametrize("content", [b"", b"hello", png()[:50], png()[:30], b"\x89PNG\r\n\x1a\n"])
def test_it_has_one_error_for_damaged_files(content):
    with pytest.raises(PictureUnreadable, match="cannot be read"):
        pictures.opened(content)
