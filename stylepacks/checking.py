"""Check a pack from end to end: its files, their digests, its rules, its checkpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings

from stylepacks import checkpoints, publishing
from stylepacks.errors import PackError, PackUnknown
from stylepacks.intake import examine
from stylepacks.models import Checkpoint, Lora, PackVersion, StylePack
from stylepacks.rules.digests import digest, file_digest


@dataclass(frozen=True)
class Report:
    """What was found. `problems` keep it from rendering as published; `warnings` do not."""

    slug: str
    version: int
    digest: str
    problems: list[str]
    warnings: list[str]

    @property
    def is_sound(self) -> bool:
        return not self.problems


def check_pack(slug: str) -> Report:
    """Check the version the pack renders now, or its newest draft. PackUnknown for no pack."""
    version = _version(slug)
    problems = [*publishing.problems(version), *_digest_problems(version)]
    for use in publishing.version_loras(version):
        problems.extend(_file_problems(use.lora))
    problems.extend(_checkpoint_problems(version.checkpoint))
    warnings = [*publishing.warnings(version), *_checkpoint_warnings(version.checkpoint)]
    return Report(slug, version.number, version.digest, problems, warnings)


def _version(slug: str) -> PackVersion:
    pack = StylePack.objects.filter(slug=slug).first()
    version = (pack.live_version or pack.versions.first()) if pack else None
    if version is None:
        raise PackUnknown(f"There is no pack “{slug[:50]}” with a version: see list_packs.")
    return version


def _digest_problems(version: PackVersion) -> Iterator[str]:
    if version.is_published and digest(publishing.version_content(version)) != version.digest:
        yield f"{version} is no longer what was published: its digest does not match its content."


def _file_problems(lora: Lora) -> Iterator[str]:
    if not lora.file.storage.exists(str(lora.file.name)):
        return  # publishing.problems has said so
    with lora.file.open("rb") as stored:
        if file_digest(cast(BinaryIO, stored)) != lora.sha256:
            yield f"The file of the LoRA “{lora}” is not the one that was taken in: restore it."
            return
        try:
            examine(stored)
        except PackError as error:
            yield f"The LoRA “{lora}” cannot be used. {error}"


def _checkpoint_problems(checkpoint: Checkpoint) -> Iterator[str]:
    if not _is_here(checkpoint):
        return
    try:
        found = checkpoints.read(checkpoint.location)
    except PackError as error:
        yield str(error)
        return
    if found.digest != checkpoint.digest:
        changed = sorted(
            name
            for name in checkpoint.files.keys() | found.files.keys()
            if checkpoint.files.get(name) != found.files.get(name)
        )
        named = f" ({', '.join(changed[:3])})" if checkpoint.files else ""
        yield (
            f"The files of the checkpoint “{checkpoint}”{named} are not the ones it was registered "
            "with: restore them, or publish the pack again on the new checkpoint."
        )


def _checkpoint_warnings(checkpoint: Checkpoint) -> Iterator[str]:
    if not _is_here(checkpoint):
        yield (
            f"The checkpoint “{checkpoint}” ({checkpoint.location}) is not on this machine, so it "
            "was not checked: the machines that render need it."
        )


def _is_here(checkpoint: Checkpoint) -> bool:
    return (Path(settings.BASE_DIR) / checkpoint.location).exists()
