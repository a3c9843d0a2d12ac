"""Which pictures are made of the packs, with which words and seeds: read from one TOML file.

`seed`: of every cover; examples take the seeds after it. `[[sheet]]`: `subject`, `setting` and
`seed` of one column. `[covers.SLUG]`: another `prompt` or `seed`. `[examples.SLUG]`: `seeds`, one
for each example.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stylepacks.models import StylePack

DIAL_STOPS = (0, 25, 50, 75, 100)
FIELDS = {"seed", "sheet", "covers", "examples"}


class PlanError(ValueError):
    """A plan or a pack that gives no pictures; the message names the place and the cure."""


@dataclass(frozen=True)
class Shot:
    """One picture: the pack that makes it, the maker's words, the seed; None: its own strength."""

    pack: str
    prompt: str
    seed: int
    strength: int | None = None


@dataclass(frozen=True)
class Column:
    """One column of the sample sheet."""

    subject: str
    setting: str
    seed: int

    def caption(self, pack: StylePack) -> tuple[str, str]:
        """Subject and setting; a character brings its own subject."""
        is_character = pack.kind == StylePack.Kind.CHARACTER
        return ("", self.setting) if is_character else (self.subject, self.setting)

    def shot(self, pack: StylePack) -> Shot:
        """This column of the pack's row."""
        return Shot(pack.slug, " ".join(self.caption(pack)).strip(), self.seed)


@dataclass(frozen=True)
class Plan:
    """What the file says, checked."""

    seed: int
    columns: tuple[Column, ...]
    covers: Mapping[str, Mapping[str, Any]]
    examples: Mapping[str, Sequence[int]]

    def cover(self, pack: StylePack) -> Shot:
        """The pack's first example, unless the plan has better words or a better seed."""
        chosen = self.covers.get(pack.slug, {})
        prompt = chosen.get("prompt") or examples_of(pack)[0]
        return Shot(pack.slug, prompt, chosen.get("seed", self.seed))

    def dial(self, pack: StylePack) -> list[Shot]:
        """The cover again at each stop of the strength dial."""
        return [replace(self.cover(pack), strength=stop) for stop in DIAL_STOPS]

    def samples(self, pack: StylePack) -> list[Shot]:
        """The pack's row of the sample sheet."""
        return [column.shot(pack) for column in self.columns]

    def shots(self, pack: StylePack) -> list[Shot]:
        """The pack's examples, in their order."""
        words = examples_of(pack)
        following = range(self.seed + 1, self.seed + 1 + len(words))
        seeds = self.examples.get(pack.slug, following)
        if len(seeds) != len(words):
            raise PlanError(
                f"{pack.slug} has {len(words)} examples and the plan {len(seeds)} seeds for them: "
                f"give one each under [examples.{pack.slug}]."
            )
        return [Shot(pack.slug, text, seed) for text, seed in zip(words, seeds, strict=True)]


def examples_of(pack: StylePack) -> list[str]:
    """The example prompts of the pack's published version; PlanError when it has none."""
    examples = pack.live_version.examples if pack.live_version else []
    if not examples:
        raise PlanError(f"{pack.slug} has no example prompt to render: add one and publish it.")
    return [str(text) for text in examples]


def read_plan(path: Path) -> Plan:
    """The plan in this file; PlanError tells what to change in it."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return _plan(fields)
    except FileNotFoundError as error:
        raise PlanError(
            f"There is no {path}: name a folder that holds pictures.toml, as starter/ does."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"{path} cannot be read as TOML: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"{path}: {error}. Write it as the head of the file shows.") from error


def _plan(fields: Mapping[str, Any]) -> Plan:
    if unknown := sorted(set(fields) - FIELDS):
        raise ValueError(f"unknown field {unknown[0]!r}")
    columns = tuple(_column(entry) for entry in fields.get("sheet", []))
    if not columns:
        raise ValueError("at least one [[sheet]] entry is needed")
    covers = {slug: _cover(slug, entry) for slug, entry in fields.get("covers", {}).items()}
    examples = {slug: _seeds(slug, entry) for slug, entry in fields.get("examples", {}).items()}
    return Plan(_seed(fields), columns, covers, examples)


def _column(entry: Mapping[str, Any]) -> Column:
    if not all(isinstance(entry.get(name), str) for name in ("subject", "setting")):
        raise ValueError("a [[sheet]] entry needs the texts 'subject' and 'setting'")
    return Column(entry["subject"], entry["setting"], _seed(entry))


def _seed(entry: Mapping[str, Any]) -> int:
    if not isinstance(entry.get("seed"), int):
        raise ValueError(f"'seed' must be a whole number, not {entry.get('seed')!r}")
    return int(entry["seed"])


def _cover(slug: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    if not entry or set(entry) - {"prompt", "seed"}:
        raise ValueError(f"[covers.{slug}] may hold 'prompt' and 'seed' only")
    return entry


def _seeds(slug: str, entry: Mapping[str, Any]) -> Sequence[int]:
    seeds = entry.get("seeds")
    if not isinstance(seeds, list) or not all(isinstance(seed, int) for seed in seeds):
        raise ValueError(f"[examples.{slug}] needs 'seeds', a list of whole numbers")
    return seeds
