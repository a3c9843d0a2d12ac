"""Where the pictures lie, and in which form: covers, examples, samples, one sheet a family.

samples/SLUG-N.webp is the pack's row of the sample sheet, dial/SLUG-S.webp its cover at strength
S; looks.json says what each of them shows.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from generation.catalogue.darkroom import Darkroom
from generation.catalogue.plan import Plan, Shot
from generation.catalogue.sheet import Row, draw_sheet, sheet_webp
from generation.engine.image_files import thumbnail_webp
from stylepacks.models import StylePack

COVER_EDGE = 512
EXAMPLE_EDGE = 384
SAMPLE_EDGE = 256
LOOKS = "looks.json"
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


def write_look(darkroom: Darkroom, plan: Plan, pack: StylePack, folder: Path) -> None:
    """Samples and dial below `folder`, and the pack's entry in its looks.json."""
    for number, shot in enumerate(plan.samples(pack), start=1):
        content = _webp(darkroom.picture(shot), SAMPLE_EDGE)
        _write(folder / "samples" / f"{pack.slug}-{number}.webp", content)
    for shot in plan.dial(pack):
        content = _webp(darkroom.picture(shot), COVER_EDGE)
        _write(folder / "dial" / f"{pack.slug}-{shot.strength}.webp", content)
    note_look(plan, pack, folder)


def note_look(plan: Plan, pack: StylePack, folder: Path) -> None:
    """Say in looks.json what the pack's samples and dial show; other packs' entries stay."""
    path = folder / LOOKS
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    samples = [_said(shot, number) for number, shot in enumerate(plan.samples(pack), start=1)]
    dial = [_said(shot, shot.strength or 0) for shot in plan.dial(pack)]
    entries = known | {pack.slug: {"samples": samples, "dial": dial}}
    text = json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False)
    _write(path, f"{text}\n".encode())


def _said(shot: Shot, place: int) -> dict[str, Any]:
    return {"place": place, "prompt": shot.prompt, "seed": shot.seed}


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
