"""Where the pictures lie, and in which form: covers, examples, one sheet for each family."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from PIL import Image

from generation.catalogue.darkroom import Darkroom
from generation.catalogue.plan import Plan
from generation.catalogue.sheet import Row, draw_sheet, sheet_webp
from generation.engine.image_files import thumbnail_webp
from stylepacks.models import StylePack

COVER_EDGE = 512
EXAMPLE_EDGE = 384
CHARACTERS = "Characters"


def cover_path(folder: Path, pack: StylePack) -> Path:
    return folder / "covers" / f"{pack.slug}.webp"


def cover_bytes(darkroom: Darkroom, plan: Plan, pack: StylePack) -> bytes:
    """The pack's cover as WebP, 512 pixels at most."""
    return _webp(darkroom.picture(plan.cover(pack)), COVER_EDGE)


def write_pictures(darkroom: Darkroom, plan: Plan, pack: StylePack, folder: Path) -> None:
    """Cover and examples below `folder`: covers/SLUG.webp, examples/SLUG-1.webp and on."""
    _write(cover_path(folder, pack), cover_bytes(darkroom, plan, pack))
    for number, shot in enumerate(plan.shots(pack), start=1):
        content = _webp(darkroom.picture(shot), EXAMPLE_EDGE)
        _write(folder / "examples" / f"{pack.slug}-{number}.webp", content)


def families_of(packs: Iterable[StylePack]) -> Mapping[str, list[StylePack]]:
    """Packs by family name, both in shelf order."""
    found: dict[str, list[StylePack]] = {}
    for pack in packs:
        found.setdefault(pack.look_family or pack.kind, []).append(pack)
    return found


def write_sheet(darkroom: Darkroom, plan: Plan, packs: list[StylePack], path: Path) -> int:
    """One family's sheet; how many bytes it has."""
    rows = [_row(darkroom, plan, pack) for pack in packs]
    is_cast = packs[0].kind == StylePack.Kind.CHARACTER
    title = CHARACTERS if is_cast else packs[0].look_family.capitalize()
    captions = [column.caption(packs[0]) for column in plan.columns]
    content = sheet_webp(draw_sheet(title, captions, rows))
    _write(path, content)
    return len(content)


def _row(darkroom: Darkroom, plan: Plan, pack: StylePack) -> Row:
    pictures = [darkroom.picture(column.shot(pack)) for column in plan.columns]
    return Row(pack.name, pack.promise, pictures)


def _webp(picture: Image.Image, edge: int) -> bytes:
    return thumbnail_webp(picture.tobytes(), picture.width, picture.height, edge=edge)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
