"""Sets one family of packs as a catalogue page: a row for each pack, a column for each prompt."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

TILE = 256
GAP = 14
RADIUS = 12
MARGIN = 96
NAMES = 296
HEAD = 230
CAPTIONS = 102
GROUND = (248, 246, 242)
INK = (32, 29, 26)
FAINT = (122, 114, 105)
TITLE_SIZE, NAME_SIZE, TEXT_SIZE = 64, 27, 18
LINE = 1.4
QUALITY = 84
SUPERSAMPLED = 4


Caption = tuple[str, str]
"""What stands above a column: its words in ink, then what is said more quietly."""


@dataclass(frozen=True)
class Row:
    """One pack: its name, its promise, its pictures in the captions' order."""

    name: str
    promise: str
    pictures: Sequence[Image.Image]


def draw_sheet(title: str, captions: Sequence[Caption], rows: Sequence[Row]) -> Image.Image:
    """The page, RGB; as wide as its captions, as high as its rows."""
    width = 2 * MARGIN + NAMES + len(captions) * (TILE + GAP) - GAP
    height = HEAD + CAPTIONS + len(rows) * (TILE + GAP) - GAP + MARGIN
    page = Image.new("RGB", (width, height), GROUND)
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, MARGIN), title, INK, _font(TITLE_SIZE), anchor="la")
    _caption_columns(pen, captions)
    for at, row in enumerate(rows):
        _draw_row(page, pen, row, HEAD + CAPTIONS + at * (TILE + GAP))
    return page


def sheet_webp(page: Image.Image) -> bytes:
    """The same page gives the same bytes."""
    out = io.BytesIO()
    page.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def _caption_columns(pen: ImageDraw.ImageDraw, captions: Sequence[Caption]) -> None:
    for at, caption in enumerate(captions):
        lines = _wrapped(caption[0], TILE), _wrapped(caption[1], TILE)
        for line, (text, colour) in enumerate(_coloured(*lines)):
            place = (_left(at), HEAD + line * TEXT_SIZE * LINE)
            pen.text(place, text, colour, _font(TEXT_SIZE), anchor="la")


def _coloured(*parts: list[str]) -> list[tuple[str, tuple[int, int, int]]]:
    written = zip(parts, (INK, FAINT), strict=True)
    return [(line, colour) for part, colour in written for line in part if line]


def _draw_row(page: Image.Image, pen: ImageDraw.ImageDraw, row: Row, top: int) -> None:
    pen.text((MARGIN, top + 4), row.name, INK, _font(NAME_SIZE), anchor="la")
    for line, text in enumerate(_wrapped(row.promise, NAMES - 3 * GAP)):
        place = (MARGIN, top + 4 + NAME_SIZE * 1.6 + line * TEXT_SIZE * LINE)
        pen.text(place, text, FAINT, _font(TEXT_SIZE), anchor="la")
    for at, picture in enumerate(row.pictures):
        tile = picture.resize((TILE, TILE), Image.Resampling.LANCZOS)
        page.paste(tile, (_left(at), top), _corners())


def _left(column: int) -> int:
    return MARGIN + NAMES + column * (TILE + GAP)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _font(TEXT_SIZE).getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow brings this one (Aileron) along, so every machine sets the same letters.
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@cache
def _corners() -> Image.Image:
    large = Image.new("L", (TILE * SUPERSAMPLED, TILE * SUPERSAMPLED))
    shape = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(shape, RADIUS * SUPERSAMPLED, fill=255)
    return large.resize((TILE, TILE), Image.Resampling.LANCZOS)
