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
        if picture.width * picture.height > most_pixels:
            raise PictureUnreadable(
                f"This picture has {picture.width} x {picture.height} pixels, more than the "
                f"{most_pixels // MEGAPIXEL} million it may have: make it smaller first."
            )
        picture.load()
        return picture
