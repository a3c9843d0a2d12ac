"""The pictures beside a pack's example prompts: taken in from files, looked up for its page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile

from stylepacks.models import ExamplePicture, PackVersion, StylePack


@dataclass(frozen=True)
class Example:
    """An example prompt, with its picture where there is one."""

    prompt: str
    picture: ExamplePicture | None


def examples_of(version: PackVersion) -> list[Example]:
    """The version's examples in their order; one query."""
    pictures = {picture.prompt: picture for picture in version.pack.example_pictures.all()}
    return [Example(prompt, pictures.get(prompt)) for prompt in version.examples]


def install_pictures(pack: StylePack, prompts: Sequence[str], folder: Path) -> None:
    """Take in `folder`/SLUG-1.webp and on, one for each prompt; a missing file shows words alone.

    What is unchanged stays; the picture of a prompt that is no example any more goes.
    """
    for gone in pack.example_pictures.exclude(prompt__in=prompts):
        gone.delete()
    for number, prompt in enumerate(prompts, start=1):
        path = folder / f"{pack.slug}-{number}.webp"
        if path.is_file():
            _install(pack, prompt, path.read_bytes())


def _install(pack: StylePack, prompt: str, content: bytes) -> None:
    name = f"{pack.slug}-{hashlib.sha256(content).hexdigest()[:12]}.webp"
    known = pack.example_pictures.filter(prompt=prompt).first()
    if known and _holds(known, name):
        return
    if known:
        known.delete()
    picture = ExamplePicture(pack=pack, prompt=prompt)
    picture.file.save(name, ContentFile(content))


def _holds(picture: ExamplePicture, name: str) -> bool:
    stored = str(picture.file.name)
    return Path(stored).name == name and picture.file.storage.exists(stored)
