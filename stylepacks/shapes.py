"""The shapes a version comes in, and in words why it comes in no others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stylepacks.models import PackVersion
from stylepacks.rules.aspects import ASPECTS, allowed, offered, shape_of

LABELS = {
    "square": gettext_lazy("Square"),
    "portrait": gettext_lazy("Portrait"),
    "landscape": gettext_lazy("Landscape"),
    "wide": gettext_lazy("Wide"),
}


@dataclass(frozen=True)
class Shapes:
    """`own` is the one that it has by itself; `note` is empty where every shape is offered."""

    own: str
    names: tuple[str, ...]
    note: str


def shapes_of(version: PackVersion) -> Shapes:
    """Costs no query when the version's checkpoint is loaded."""
    size = version.width, version.height
    names = offered(version.checkpoint.family, version.field_policy, *size)
    let = allowed(version.field_policy, *size)
    return Shapes(shape_of(*size), names, _note(set(names), set(let)))


def choices(versions: Iterable[PackVersion]) -> list[tuple[str, str]]:
    """Name and label of every shape that any of these versions comes in."""
    names = {name for version in versions for name in shapes_of(version).names}
    return [(name, str(LABELS[name])) for name in ASPECTS if name in names]


def _note(names: set[str], let: set[str]) -> str:
    if len(let) == 1:
        return _("The curator keeps this pack to its own shape.")
    if len(let) < len(ASPECTS):
        return _("The curator chose these shapes for this pack.")
    if "wide" not in names:
        return _("Its model learned from squares: wider pictures would repeat or cut things off.")
    return ""
