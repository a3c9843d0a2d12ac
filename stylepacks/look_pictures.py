"""The pictures of a pack's look: taken in from files, read for its page."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from stylepacks.models import LookPicture, PackVersion, StylePack
from stylepacks.rules.field_policies import policy_of

Role = LookPicture.Role
FOLDERS = {Role.SAMPLE: "samples", Role.DIAL: "dial"}
FEWEST_STOPS = 2


@dataclass(frozen=True)
class Look:
    """A pack's samples and the stops of its dial, in their order; either may be empty."""

    samples: list[LookPicture]
    dial: list[LookPicture]

    @property
    def dial_prompt(self) -> str:
        """The words that every stop of the dial shows."""
        return self.dial[0].prompt if self.dial else ""


def look_of(pack: StylePack, version: PackVersion) -> Look:
    """One query. Stops that the version does not let a maker choose are left out, and so is a
    dial with fewer than two: there is nothing to turn."""
    found = list(pack.look_pictures.order_by("role", "place"))
    strength = policy_of(version.field_policy, "strength")
    dial = [
        each
        for each in found
        if each.role == Role.DIAL
        and not strength.complaint("strength", each.place, version.strength)
    ]
    samples = [each for each in found if each.role == Role.SAMPLE]
    return Look(samples, dial if len(dial) >= FEWEST_STOPS else [])


def install_look(pack: StylePack, entry: Mapping[str, Any], folder: Path) -> None:
    """Take in samples/SLUG-1.webp and dial/SLUG-0.webp and on, below `folder`.

    `entry` says under "samples" and "dial" what they show. A missing file leaves its place empty,
    what is unchanged stays, and a place that is no longer named goes.
    """
    for role, name in FOLDERS.items():
        said: Sequence[Mapping[str, Any]] = entry.get(name, [])
        places = [each["place"] for each in said]
        for gone in pack.look_pictures.filter(role=role).exclude(place__in=places):
            gone.delete()
        for each in said:
            path = folder / name / f"{pack.slug}-{each['place']}.webp"
            if path.is_file():
                _install(pack, role, each, path.read_bytes())


def _install(pack: StylePack, role: Role, said: Mapping[str, Any], content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()[:12]
    name = f"{pack.slug}-{role}-{said['place']}-{digest}.webp"
    known = pack.look_pictures.filter(role=role, place=said["place"]).first()
    if known and _holds(known, name, said):
        return
    if known:
        known.delete()
    picture = LookPicture(pack=pack, role=role, **said)
    picture.file.save(name, ContentFile(content))


def _holds(picture: LookPicture, name: str, said: Mapping[str, Any]) -> bool:
    stored = str(picture.file.name)
    same = (picture.prompt, picture.seed) == (said["prompt"], said["seed"])
    return same and Path(stored).name == name and picture.file.storage.exists(stored)
