"""Social cards: 1200 × 630, a picture of the house's own beside the words, drawn once and kept."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from learn import shipped_pictures
from learn.models import Term
from stylepacks import pictures
from stylepacks.models import StylePack

# Another edition draws every card anew.
EDITION = 1
WIDTH, HEIGHT = 1200, 630
MARGIN = 72
PAPER, INK, SOFT, ACCENT = "#191614", "#f6f1ea", "#bdb3a8", "#f0764a"
HOUSE_PICTURE = "fox-watercolour"
NAME, MARK = "Housestyle", 40
TITLE_SIZES = (84, 72, 60, 50)
TEXT_SIZE, SMALL_SIZE = 31, 25
MOST_TITLE_LINES, MOST_TEXT_LINES = 3, 5


@dataclass(frozen=True)
class Card:
    """What one card shows. `place` is where its files are kept."""

    place: str
    above: str
    title: str
    text: str
    picture: bytes

    @property
    def digest(self) -> str:
        told = "\n".join([str(EDITION), self.above, self.title, self.text]).encode()
        return hashlib.sha256(told + self.picture).hexdigest()[:16]


def of_term(term: Term) -> Card:
    """The word, its definition and its first shipped picture."""
    names = [str(row.get("show")) for row in term.pictures]
    shown = next((name for name in names if name in shipped_pictures.known_names()), HOUSE_PICTURE)
    place = f"cards/learn/{term.slug}"
    return Card(place, "Learn", term.name, term.definition, _shipped(shown))


def of_pack(pack: StylePack) -> Card:
    """The pack's name, its promise and its cover."""
    above = "Character pack" if pack.kind == StylePack.Kind.CHARACTER else "Style pack"
    return Card(f"cards/packs/{pack.slug}", above, pack.name, pack.promise, _cover(pack))


def of_house() -> Card:
    """For pages that have no picture of their own."""
    text = "Pick a style, say what you want to see, and every picture you make keeps the look."
    return Card("cards/house", "Style packs", "One look, every image.", text, _house_picture())


def png_of(card: Card) -> bytes:
    """The card's PNG: the kept one, or a new one in place of any older."""
    name = f"{card.place}/{card.digest}.png"
    if default_storage.exists(name):
        with default_storage.open(name) as kept:
            return bytes(kept.read())
    content = _drawn(card)
    for old in _kept(card.place):
        default_storage.delete(f"{card.place}/{old}")
    default_storage.save(name, ContentFile(content))
    return content


def _kept(place: str) -> list[str]:
    try:
        return list(default_storage.listdir(place)[1])
    except FileNotFoundError:
        return []


def _shipped(name: str) -> bytes:
    path: Path = shipped_pictures.file_of(name)
    return path.read_bytes() if path.is_file() else b""


def _house_picture() -> bytes:
    return _shipped(HOUSE_PICTURE)


def _cover(pack: StylePack) -> bytes:
    if not pack.cover or not pack.cover.storage.exists(str(pack.cover.name)):
        return b""
    with pack.cover.open("rb") as file:
        return bytes(file.read())


def _drawn(card: Card) -> bytes:
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    picture = _opened(card.picture)
    if picture:
        canvas.paste(picture, (WIDTH - HEIGHT, 0))
    _write(ImageDraw.Draw(canvas), card, WIDTH - HEIGHT if picture else WIDTH)
    _sign(canvas, HEIGHT - MARGIN)
    content = io.BytesIO()
    canvas.save(content, "PNG", optimize=True)
    return content.getvalue()


def _opened(content: bytes) -> Image.Image | None:
    """The picture as a square that fills the card's height; None when it is no picture."""
    try:
        picture = pictures.opened(content)
    except pictures.PictureUnreadable:
        return None
    return picture.convert("RGB").resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS)


def _write(pen: ImageDraw.ImageDraw, card: Card, right: int) -> None:
    room = right - 2 * MARGIN
    title_font, title = _fitted(card.title, room)
    text_font = _font(TEXT_SIZE)
    text = _wrapped(card.text, text_font, room, MOST_TEXT_LINES)
    pen.text((MARGIN, MARGIN), card.above, ACCENT, _font(SMALL_SIZE))
    down = _lines(pen, title, title_font, (MARGIN + 62, 1.1), INK)
    _lines(pen, text, text_font, (down + 26, 1.38), SOFT)


def _lines(
    pen: ImageDraw.ImageDraw,
    lines: list[str],
    font: ImageFont.FreeTypeFont,
    at: tuple[float, float],
    colour: str,
) -> float:
    down, leading = at
    for line in lines:
        pen.text((MARGIN, down), line, colour, font)
        down += font.size * leading
    return down


def _sign(canvas: Image.Image, bottom: int) -> None:
    """The mark and the name, at the foot."""
    canvas.paste(mark := _mark(), (MARGIN, bottom - MARK), mark)
    pen = ImageDraw.Draw(canvas)
    pen.text((MARGIN + MARK + 14, bottom - MARK / 2), NAME, INK, _font(SMALL_SIZE), anchor="lm")


def _mark() -> Image.Image:
    """The house with its arch and drop, drawn large and made small for smooth edges."""
    large = Image.new("RGBA", (32 * 8, 32 * 8))
    pen = ImageDraw.Draw(large)
    walls = [(3, 14.2), (16, 2.4), (29, 14.2), (29, 30), (3, 30)]
    pen.polygon([(x * 8, y * 8) for x, y in walls], ACCENT)
    pen.rounded_rectangle((76, 100, 180, 280), 52, INK)
    pen.rounded_rectangle((106, 130, 150, 280), 22, ACCENT)
    pen.rectangle((76, 204, 180, 240), ACCENT)
    pen.rectangle((0, 241, 256, 256), (0, 0, 0, 0))
    pen.ellipse((113, 174, 143, 204), PAPER)
    return large.resize((MARK, MARK), Image.Resampling.LANCZOS)


def _fitted(title: str, room: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest size at which the title keeps to its lines and no word is wider than the room."""
    for size in TITLE_SIZES:
        font = _font(size)
        lines = list(_broken(title, font, room))
        if len(lines) <= 2 and all(font.getlength(line) <= room for line in lines):
            return font, lines
    return font, _wrapped(title, font, room, MOST_TITLE_LINES)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, room: int, most: int) -> list[str]:
    lines = list(_broken(text, font, room))
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1].rstrip(' ,;:.')} …"]


def _broken(text: str, font: ImageFont.FreeTypeFont, room: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > room:
            yield line
            longer = word
        line = longer
    yield line


def _font(size: int) -> ImageFont.FreeTypeFont:
    # The face that Pillow brings: the same card on every machine.
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType: install the wheel from its index.")
    return font
