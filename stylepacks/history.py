"""A pack's published versions, and what each of them changed, in words for makers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stylepacks.models import PackVersion, StylePack

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FIRST = gettext_lazy("The first version.")
NOTHING_VISIBLE = gettext_lazy("The words around it; pictures come out the same.")

# What is compared, and how a difference is said.
COMPARED: Sequence[tuple["_StrPromise", Callable[[PackVersion], Any]]] = (
    (
        gettext_lazy("trained anew"),
        lambda version: [use.lora.sha256 for use in version.loras.all()],
    ),
    (gettext_lazy("another base model"), lambda version: version.checkpoint.digest),
    (gettext_lazy("how far the dial turns it"), lambda version: _weights(version)),
    (gettext_lazy("where the dial starts"), lambda version: version.strength),
    (gettext_lazy("how the dial feels"), lambda version: version.strength_curve),
    (
        gettext_lazy("the words put around yours"),
        lambda version: (version.template, _triggers(version)),
    ),
    (gettext_lazy("what it steers away from"), lambda version: version.negative),
    (gettext_lazy("the size of pictures"), lambda version: (version.width, version.height)),
    (gettext_lazy("how long it paints"), lambda version: (version.steps, version.sampler)),
    (gettext_lazy("how closely it follows your words"), lambda version: version.guidance),
    (gettext_lazy("what you may set yourself"), lambda version: version.field_policy),
    (gettext_lazy("the licence"), lambda version: version.license),
    (gettext_lazy("the example prompts"), lambda version: version.examples),
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
    told = [*changes, str(FIRST)] if versions else []
    return [
        Chapter(version, changed, version.pk == pack.live_version_id)
        for version, changed in zip(versions, told, strict=True)
    ]


def _change(before: PackVersion, after: PackVersion) -> str:
    different = [str(said) for said, read in COMPARED if read(before) != read(after)]
    if not different:
        return str(NOTHING_VISIBLE)
    said = _listed(different)
    return f"{said[0].upper()}{said[1:]}."


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return _("{first} and {last}").format(first=", ".join(first), last=last) if first else last


def _weights(version: PackVersion) -> Iterable[Any]:
    return [(use.weight_min, use.weight_max) for use in version.loras.all()]


def _triggers(version: PackVersion) -> Iterable[Any]:
    return [
        (use.trigger, use.trigger_position, use.trigger_required) for use in version.loras.all()
    ]
