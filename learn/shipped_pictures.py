"""The pictures that ship with the glossary, and the recipe that made each of them."""

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static

HOME = Path(__file__).resolve().parent
PLAN = HOME / "pictures.toml"
FOLDER = HOME / "static" / "learn"
SIDE = 512


@dataclass(frozen=True)
class Recipe:
    """What to ask of the studio to get this picture."""

    pack: str
    prompt: str
    seed: int
    strength: int | None = None
    second: str | None = None
    quality: str | None = None

    @property
    def wish(self) -> dict[str, Any]:
        """The fields that are given, by the studio's own names."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def told(self) -> str:
        """What the picture shows, for those who do not see it."""
        packs = " and ".join(slug for slug in (self.pack, self.second) if slug)
        return f"{self.prompt}, made with {packs.replace('-', ' ')}"


@cache
def recipes() -> dict[str, Recipe]:
    """Every picture's recipe by the picture's name."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    return {name: Recipe(**fields) for name, fields in plan.items()}


@cache
def known_names() -> frozenset[str]:
    """The pictures that have both a recipe and a file."""
    return frozenset(name for name in recipes() if file_of(name).is_file())


def file_of(name: str) -> Path:
    """Where this picture's file lies, or would lie."""
    return FOLDER / f"{name}.webp"


def address_of(name: str) -> str:
    """Where a page finds this picture."""
    return static(f"learn/{name}.webp")
