"""A pack's published versions, and what each of them changed, in words for makers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from stylepacks.models import PackVersion, StylePack

FIRST = "The first version."
NOTHING_VISIBLE = "The words around it; pictures come out the same."

# What is compared, and how a difference is said.
COMPARED: Sequence[tuple[str, Callable[[PackVersion], Any]]] = (
    ("trained anew", lambda version: [use.lora.sha256 for use in version.loras.all()]),
    ("another base model", lambda version: version.checkpoint.digest),
    ("how far the dial turns it", lambda version: _weights(version)),
    ("where the dial starts", lambda version: version.strength),
    ("how the dial feels", lambda version: version.strength_curve),
    ("the words put around yours", lambda version: (version.template, _triggers(version))),
    ("what it steers away from", lambda version: version.negative),
    ("the size of pictures", lambda version: (version.width, version.height)),
    ("how long it paints", lambda version: (version.steps, version.sampler)),
    ("how closely it follows your words", lambda version: version.guidance),
    ("what you may set yourself", lambda version: version.field_policy),
    ("the licence", lambda version: version.license),
    ("the example prompts", lambda version: version.examples),
)


@dataclass(frozen=True)
class Chapter:
    """One version and what it changed against the one before."""

    version: PackVersion
    changed: str
    is_live: bool


def history_of(pack: StylePack) -> list[Chapter]:
    """Newest first; three queries, however many versions there are."""
    published = pack.versions.filter(published_at__isnull=False).order_by("-number")
    versions = list(
        published.select_related("checkpoint")
        .defer("checkpoint__vocabulary", "checkpoint__files")
        .prefetch_related("loras__lora")
    )
    changes = [_change(before, after) for after, before in pairwise(versions)]
    told = [*changes, FIRST] if versions else []
    return [
        Chapter(version, changed, version.pk == pack.live_version_id)
        for version, changed in zip(versions, told, strict=True)
    ]


def _change(before: PackVersion, after: PackVersion) -> str:
    different = [said for said, read in COMPARED if read(before) != read(after)]
    if not different:
        return NOTHING_VISIBLE
    said = _listed(different)
    return f"{said[0].upper()}{said[1:]}."


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _weights(version: PackVersion) -> Iterable[Any]:
    return [(use.weight_min, use.weight_max) for use in version.loras.all()]


def _triggers(version: PackVersion) -> Iterable[Any]:
    return [
        (use.trigger, use.trigger_position, use.trigger_required) for use in version.loras.all()
    ]
