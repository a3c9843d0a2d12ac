"""Open a picture that may have been made to do harm.

Its kind is told by its content and must be one that browsers show, its size is read before a
pixel is decoded, and whatever a decoder says of a damaged file becomes one error.
"""

import io
from typing import IO, Any

from PIL import Image

KINDS = ("PNG", "JPEG", "WEBP", "AVIF")
# Twice the largest picture that the house renders, in each direction; 64 MiB when decoded.
MOST_PIXELS = 4096 * 4096
# WebP and JPEG cannot be twice as long as this.
MOST_EDGE = 8000
MEGAPIXEL = 1_000_000
# What is opened in any other way obeys it too: Pillow warns at this size, and refuses at twice it.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class PictureUnreadable(OSError):
    """No picture, a damaged one, or one of too many pixels; the message is one plain sentence."""


def opened(source: "bytes | IO[Any]", most_pixels: int = MOST_PIXELS) -> Image.Image:
    """The picture in these bytes or this stream, decoded; of a moving one the first frame.

    PictureUnreadable, and nothing else, when it cannot be had.
    """
    try:
        return _decoded(io.BytesIO(source) if isinstance(source, bytes) else source, most_pixels)
    except PictureUnreadable:
        raise
    # Decoders of damaged files raise whatever they stumble over: SyntaxError, struct.error, …
    except Exception as error:
        raise PictureUnreadable(
            "This picture cannot be read: choose a PNG, JPEG, WebP or AVIF file."
        ) from error


def _decoded(stream: "IO[Any]", most_pixels: int) -> Image.Image:
    with Image.open(stream, formats=KINDS) as picture:
        _check_size(picture.width, picture.height, most_pixels)
        picture.load()
        return picture


def _check_size(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels or max(width, height) > MOST_EDGE:
        raise PictureUnreadable(
            f"This picture has {width} x {height} pixels: a side may have {MOST_EDGE}, and all of "
            f"it {most_pixels // MEGAPIXEL} million. Make it smaller first."
        )
