"""Packs that travel as zip files: changed manifests, evil names, bombs."""

import io
import json
import random
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from benchmarks.fuzz import mutations
from benchmarks.fuzz.running import Kind
from stylepacks import bundles
from stylepacks.errors import PackError
from stylepacks.models import StylePack
from stylepacks.rules.digests import digest
from tests.security.world import picture

NAMES = (
    "../../evil", "/etc/passwd", "..\\evil", "loras/../manifest.json", "manifest.json/", "\0",
    "a" * 300, "cover.webp", "loras/", "C:\\x", "\u202e", "manifest.json",
)  # fmt: skip
WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
BOMB_BYTES = 2 << 20

Members = list[tuple[str, bytes]]


def kinds() -> list[Kind]:
    return [Kind("bundles", case, (PackError,), 0.1)]


def case(chance: random.Random) -> None:
    """One changed bundle, taken in as import_pack takes it, and put back."""
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder, "changed.pack")
        path.write_bytes(_changed(chance))
        try:
            bundles.import_pack(path)
        finally:
            transaction.set_rollback(True)


def _changed(chance: random.Random) -> bytes:
    if chance.random() < 0.25:
        return mutations.changed(_sound(), chance)
    members = _members()
    chance.choice((_change_manifest, _change_manifest, _change_names, _change_members))(
        members, chance
    )
    raw = _zipped(members, chance.choice(WAYS))
    return mutations.changed(raw, chance) if chance.random() < 0.1 else raw


def _change_manifest(members: Members, chance: random.Random) -> None:
    name, content = members[0]
    manifest = mutations.tree(json.loads(content), chance)
    # Half of them with the digest that belongs to what was changed, so that they get further.
    if chance.random() < 0.5 and "version" in manifest:
        manifest["digest"] = _digest(manifest["version"])
    raw = json.dumps(manifest).encode("utf-8", "surrogatepass")
    members[0] = (name, mutations.nested(chance) if chance.random() < 0.05 else raw)


def _digest(content: Any) -> str:
    try:
        return digest(content)
    except ValueError:  # not a number, which no canonical JSON can say
        return "0" * 64


def _change_names(members: Members, chance: random.Random) -> None:
    at = chance.randrange(len(members))
    name, content = chance.choice(NAMES), members[at][1]
    if chance.random() < 0.5:
        members.append((name, content))
    else:
        members[at] = (name, content)


def _change_members(members: Members, chance: random.Random) -> None:
    at, way = chance.randrange(len(members)), chance.random()
    name, content = members[at]
    if way < 0.3:
        del members[at]
    elif way < 0.9:
        members[at] = (name, mutations.changed(content, chance))
    else:
        members[at] = (name, bytes(BOMB_BYTES))


def _zipped(members: Members, way: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as bundle:
        for name, content in members:
            bundle.writestr(zipfile.ZipInfo(name), content, way)
    return out.getvalue()


def _members() -> Members:
    with zipfile.ZipFile(io.BytesIO(_sound())) as bundle:
        return [(name, bundle.read(name)) for name in bundle.namelist()]


@cache
def _sound() -> bytes:
    """The pack "ink" as another house exported it; here it is under no name that is taken."""
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        pack = StylePack.objects.get(slug="ink")
        pack.cover.save("ink.webp", ContentFile(picture("WEBP").read()))
        StylePack.objects.filter(pk=pack.pk).update(slug="travelled")
        path = Path(folder, "ink.pack")
        bundles.export_pack("travelled", path)
        transaction.set_rollback(True)
        return path.read_bytes()
