"""`manage.py install_starter`: register the model and the packs that ship with the house."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from starter.pack_files import LoraEntry, PackFile, PackFileError, read_packs
from starter.vocabulary import VocabularyError, read_vocabulary
from stylepacks import checkpoints, sized_covers
from stylepacks.drafts import install_draft
from stylepacks.errors import PackError
from stylepacks.example_pictures import install_pictures
from stylepacks.look_pictures import install_look
from stylepacks.models import Checkpoint, Lora, PackVersion, StylePack
from stylepacks.registering import (
    PackEntry,
    register_checkpoint,
    register_lora,
    register_pack,
)

CHECKPOINT_SLUG = "starter"
LICENSE = "Apache-2.0"
DRAFT_FILE = "draft.safetensors"
STARTER_TOKENS = 46
SIDE = 512


class Command(BaseCommand):
    help = (
        "Register the starter checkpoint and the packs in starter/packs. May be run again at any "
        "time: what is unchanged stays, a changed pack or weights file becomes a new version."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=Path(settings.BASE_DIR) / "starter",
            help="the starter's folder, with packs/, weights/ and covers/ (default: starter)",
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            packs = read_packs(folder / "packs")
            checkpoint = install_checkpoint(folder)
            install_draft(checkpoint, folder / "weights" / "loras" / DRAFT_FILE, LICENSE)
        except (PackFileError, PackError, VocabularyError) as error:
            raise CommandError(str(error)) from error
        installed = sum(self._install(pack, checkpoint, folder) for pack in packs)
        if not installed:
            raise CommandError(
                f"No pack was installed: {folder / 'weights' / 'loras'} holds none of their "
                "weights. Clone the repository again, or train them as starter/README.md tells."
            )

    def _install(self, pack: PackFile, checkpoint: Checkpoint, folder: Path) -> bool:
        try:
            version, is_new = install_pack(pack, checkpoint, folder)
        except PackError as error:
            self.stderr.write(f"{pack.slug}: skipped. {error}")
            return False
        said = "published" if is_new else "unchanged"
        self.stdout.write(f"{pack.slug}: version {version.number} {said} ({version.digest[:12]})")
        return True


def install_checkpoint(folder: Path) -> Checkpoint:
    """The starter checkpoint, registered under the digest of its files."""
    weights = folder / "weights" / "starter"
    if not weights.is_dir():
        raise CommandError(
            f"The starter's weights are missing ({weights}): clone the repository again, or train "
            "them as starter/README.md tells."
        )
    facts = checkpoints.read(str(weights))
    return register_checkpoint(
        CHECKPOINT_SLUG,
        name="Starter",
        family=facts.family,
        location=checkpoints.location_of(weights),
        digest=facts.digest,
        files=facts.files,
        license=LICENSE,
        cross_attention_width=facts.cross_attention_width,
        max_prompt_tokens=facts.max_prompt_tokens or STARTER_TOKENS,
        default_width=SIDE,
        default_height=SIDE,
        vocabulary=read_vocabulary(folder / "vocabulary.json"),
    )


def install_pack(pack: PackFile, checkpoint: Checkpoint, folder: Path) -> tuple[PackVersion, bool]:
    """One pack file as a published version, and whether it is new. PackError when refused."""
    if pack.checkpoint != CHECKPOINT_SLUG:
        raise PackError(f"It is made for the checkpoint “{pack.checkpoint}”, not the starter.")
    loras = [_lora(pack, entry, order, folder) for order, entry in enumerate(pack.loras)]
    entry = PackEntry(pack.slug, _about(pack), _version_fields(pack), loras)
    version, is_new = register_pack(entry, checkpoint)
    _install_cover(version.pack, folder / "covers" / f"{pack.slug}.webp")
    install_pictures(version.pack, pack.examples, folder / "examples")
    install_look(version.pack, _looks(folder).get(pack.slug, {}), folder)
    return version, is_new


def _looks(folder: Path) -> dict[str, Any]:
    """What `render_covers` wrote of every pack's samples and dial; empty where it has not yet."""
    path = folder / "looks.json"
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: run `make covers`.") from error


def _lora(
    pack: PackFile, entry: LoraEntry, order: int, folder: Path
) -> tuple[Lora, dict[str, Any]]:
    path = folder / "weights" / "loras" / entry.file
    if not path.is_file():
        raise PackError(f"Its weights are missing: {path}.")
    lora = register_lora(path, pack.name, pack.license, path.stem)
    use = {
        "order": order,
        "weight_min": entry.weight_min,
        "weight_max": entry.weight_max,
        "trigger": entry.trigger,
        "trigger_position": entry.trigger_position,
        "trigger_required": entry.trigger_required,
    }
    return lora, use


def _about(pack: PackFile) -> dict[str, Any]:
    return {
        "name": pack.name,
        "kind": pack.kind,
        "promise": pack.promise,
        "description": pack.description,
        "look_family": pack.family,
        "tags": list(pack.tags),
        "suits": list(pack.suits),
        "position": pack.position,
    }


def _version_fields(pack: PackFile) -> dict[str, Any]:
    defaults = pack.defaults
    return {
        "template": pack.template,
        "negative": pack.negative,
        "sampler": defaults.sampler,
        "steps": defaults.steps,
        "guidance": defaults.guidance,
        "width": defaults.width,
        "height": defaults.height,
        "strength": defaults.strength,
        "strength_curve": [list(point) for point in pack.strength_curve],
        "examples": list(pack.examples),
        "license": pack.license,
        "notes": f"Starter pack, edition {pack.version}",
    }


def _install_cover(pack: StylePack, path: Path) -> None:
    # A cover that a curator chose has another name and is left alone.
    own = f"covers/{pack.slug}-starter-"
    if not path.is_file() or (pack.cover and not str(pack.cover.name).startswith(own)):
        return
    content = path.read_bytes()
    name = f"{pack.slug}-starter-{hashlib.sha256(content).hexdigest()[:12]}.webp"
    is_there = pack.cover.name == f"covers/{name}" and pack.cover.storage.exists(f"covers/{name}")
    if not (is_there and pack.cover_blur == sized_covers.blur_of(content)):
        sized_covers.use(pack, name, content)
