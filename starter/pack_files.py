"""Read the starter's style packs: one TOML file each, in `starter/packs` (format: its README).

The trigger written there is, letter for letter, what the training captions use.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent / "packs"
KINDS = ("style", "character")
FAMILIES = (
    "print",
    "paint",
    "pixel",
    "line",
    "light",
    "craft",
    "photo",
    "playful",
    "character",
)
POSITIONS = ("start", "end")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLOT = re.compile(r"\{[^{}]*\}")
Value = TypeVar("Value")


class PackFileError(ValueError):
    """A pack file that cannot be used; the message names the file, the field and the cure."""


@dataclass(frozen=True)
class LoraEntry:
    file: str
    weight_min: float
    weight_max: float
    trigger: str
    trigger_position: str
    trigger_required: bool


@dataclass(frozen=True)
class RenderDefaults:
    steps: int
    guidance: float
    strength: int
    sampler: str
    width: int
    height: int


@dataclass(frozen=True)
class PackFile:
    name: str
    slug: str
    kind: str
    promise: str
    description: str
    family: str
    tags: tuple[str, ...]
    license: str
    checkpoint: str
    template: str
    negative: str
    examples: tuple[str, ...]
    suits: tuple[str, ...]
    strength_curve: tuple[tuple[float, float], ...]
    version: int
    position: int
    loras: tuple[LoraEntry, ...]
    defaults: RenderDefaults

    @property
    def trigger(self) -> str:
        """The first LoRA's trigger: the words its training captions carry."""
        return self.loras[0].trigger


def read_packs(folder: Path = FOLDER) -> list[PackFile]:
    """Every `*.toml` in the folder, by file name; PackFileError at the first that is wrong."""
    if not folder.is_dir():
        raise PackFileError(f"{folder}: no such folder; give the folder that holds the packs")
    return [read_pack(path) for path in sorted(folder.glob("*.toml"))]


def read_pack(path: Path) -> PackFile:
    """One pack file, checked; PackFileError tells what to change in it."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackFileError(f"{path.name}: cannot be read as TOML: {error}") from error
    try:
        pack = _pack(fields)
        _check(pack, path.stem)
    except PackFileError as error:
        raise PackFileError(f"{path.name}: {error}") from error
    return pack


def _pack(fields: Mapping[str, Any]) -> PackFile:
    _refuse_unknown(fields, PackFile)
    texts: dict[str, Any] = {n: _field(fields, n, str) for n in _names_of(PackFile, "str")}
    lists: dict[str, Any] = {n: _texts(fields, n) for n in ("tags", "examples", "suits")}
    return PackFile(
        **texts,
        **lists,
        strength_curve=_curve(fields),
        version=_field(fields, "version", int),
        position=_field(fields, "position", int),
        loras=tuple(_lora(entry) for entry in _field(fields, "loras", list)),
        defaults=_defaults(_field(fields, "defaults", dict)),
    )


def _lora(fields: Mapping[str, Any]) -> LoraEntry:
    _refuse_unknown(fields, LoraEntry)
    texts: dict[str, Any] = {n: _field(fields, n, str) for n in _names_of(LoraEntry, "str")}
    return LoraEntry(
        **texts,
        weight_min=_number(fields, "weight_min"),
        weight_max=_number(fields, "weight_max"),
        trigger_required=_field(fields, "trigger_required", bool),
    )


def _defaults(fields: Mapping[str, Any]) -> RenderDefaults:
    _refuse_unknown(fields, RenderDefaults)
    counts: dict[str, Any] = {n: _field(fields, n, int) for n in _names_of(RenderDefaults, "int")}
    return RenderDefaults(
        **counts,
        guidance=_number(fields, "guidance"),
        sampler=_field(fields, "sampler", str),
    )


def _names_of(kind: type, annotation: str) -> list[str]:
    return [name for name, written in kind.__annotations__.items() if written == annotation]


def _refuse_unknown(fields: Mapping[str, Any], kind: type) -> None:
    unknown = sorted(set(fields) - set(kind.__annotations__))
    if unknown:
        raise PackFileError(f"unknown field {unknown[0]!r}; remove it or correct its spelling")


def _field(fields: Mapping[str, Any], name: str, kind: type[Value]) -> Value:
    if name not in fields:
        raise PackFileError(f"the field {name!r} is missing; add it")
    value = fields[name]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise PackFileError(f"{name!r} must be a {kind.__name__}, not {value!r}")
    return value


def _number(fields: Mapping[str, Any], name: str) -> float:
    if isinstance(fields.get(name), int):
        return float(_field(fields, name, int))
    return _field(fields, name, float)


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _field(fields, name, list)
    if not values or not all(isinstance(value, str) and value for value in values):
        raise PackFileError(f"{name!r} must be a list of at least one text")
    return tuple(values)


def _curve(fields: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    try:
        points = [(float(at), float(value)) for at, value in _field(fields, "strength_curve", list)]
    except (TypeError, ValueError) as error:
        raise PackFileError("'strength_curve' must be a list of [strength, share] pairs") from error
    return tuple(points)


def _check(pack: PackFile, stem: str) -> None:
    rules: list[tuple[object, str]] = [
        (SLUG.fullmatch(pack.slug), "'slug' may hold small letters, digits and hyphens only"),
        (pack.slug == stem, f"'slug' is {pack.slug!r}; name the file {pack.slug}.toml"),
        (pack.kind in KINDS, f"'kind' must be one of {', '.join(KINDS)}"),
        (pack.family in FAMILIES, f"'family' must be one of {', '.join(FAMILIES)}"),
        (all((pack.name, pack.promise, pack.description)), "name, promise or description is empty"),
        (pack.license and pack.checkpoint, "'license' or 'checkpoint' is empty"),
        (pack.version >= 1, "'version' must be 1 or more"),
        (pack.loras, "at least one [[loras]] entry is needed"),
    ]
    _require(rules)
    _check_template(pack.template)
    _check_curve(pack.strength_curve)
    for lora in pack.loras:
        _check_lora(lora)
    _check_defaults(pack.defaults)


def _require(rules: list[tuple[object, str]]) -> None:
    for holds, complaint in rules:
        if not holds:
            raise PackFileError(complaint)


def _check_template(template: str) -> None:
    slots = SLOT.findall(template)
    if slots.count("{prompt}") != 1 or slots.count("{trigger}") > 1:
        raise PackFileError("'template' needs {prompt} exactly once and {trigger} at most once")
    if set(slots) - {"{prompt}", "{trigger}"}:
        raise PackFileError("'template' may hold no slots but {prompt} and {trigger}")


def _check_curve(curve: tuple[tuple[float, float], ...]) -> None:
    strengths = [at for at, _ in curve]
    shares = [share for _, share in curve]
    if len(curve) < 2 or curve[0] != (0, 0) or curve[-1][0] != 100:
        raise PackFileError("'strength_curve' must run from [0, 0.0] to strength 100")
    if strengths != sorted(set(strengths)) or shares != sorted(shares) or shares[-1] > 1:
        raise PackFileError("'strength_curve' must rise with strength and stay within 0 to 1")


def _check_lora(lora: LoraEntry) -> None:
    plain = Path(lora.file).name == lora.file and lora.file.endswith(".safetensors")
    _require(
        [
            (plain, "'file' must be a plain file name that ends in .safetensors"),
            (lora.weight_min <= lora.weight_max, "'weight_min' is above 'weight_max'"),
            (lora.trigger or not lora.trigger_required, "'trigger' is required but empty"),
            (lora.trigger_position in POSITIONS, "'trigger_position' must be start or end"),
        ]
    )


def _check_defaults(defaults: RenderDefaults) -> None:
    sides = (defaults.width, defaults.height)
    _require(
        [
            (defaults.steps >= 1, "'steps' must be 1 or more"),
            (defaults.guidance >= 0, "'guidance' must be 0 or more"),
            (0 <= defaults.strength <= 100, "'strength' must be from 0 to 100"),
            (defaults.sampler, "'sampler' is empty"),
            (all(side > 0 and side % 16 == 0 for side in sides), "sides must be multiples of 16"),
        ]
    )
