"""Does a picture show what was asked for? Fractions of the judge's verdicts that are right."""

from __future__ import annotations

from collections.abc import Sequence

from starter.evaluation.judge import Verdict
from starter.evaluation.prompts import Asked

Scores = dict[str, float]
PARTS = ("subject", "colour", "place", "time_weather")


def scores(verdict: Verdict, asked: Sequence[Asked]) -> Scores:
    """subject, colour, place and time_weather, 0..1; time and weather also by themselves.

    time_weather counts each fact that was asked for: the time always, the weather when it is said.
    """
    facts = [one.facts for one in asked]
    right = {
        head: verdict.right(head, [str(getattr(fact, head)) for fact in facts])
        for head in ("subject", "colour", "place", "time", "weather")
    }
    told = [hit for hit, fact in zip(right.pop("weather"), facts, strict=True) if fact.weather]
    figures = {head: _mean(hits) for head, hits in right.items()}
    figures["weather"] = _mean(told)
    return figures | {"time_weather": _mean(right["time"] + told)}


def kept(under: Scores, bare: Scores, parts: Sequence[str]) -> Scores:
    """What is left of the bare checkpoint's own figures, each part at most 1."""
    return {part: min(1.0, under[part] / bare[part]) if bare[part] else 0.0 for part in parts}


def mean_of(figures: Scores, parts: Sequence[str]) -> float:
    return sum(figures[part] for part in parts) / len(parts)


def _mean(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0
