"""Puts subjects into a place: where, how large, in which order, with shadow and reflection."""

import random
from dataclasses import dataclass

import numpy as np

from starter.scenes.acting import Actor, perform, show
from starter.scenes.canvas import SECOND, SIZE, SUBJECT, Box, Canvas
from starter.scenes.facts import Facts
from starter.scenes.framing import paint_frame
from starter.scenes.palette import light_of
from starter.scenes.places import PLACES, Stage
from starter.scenes.sky import paint_sky
from starter.scenes.subjects import SUBJECTS, Subject
from starter.scenes.weather import paint_ground_mist, paint_weather

__all__ = ["Actor", "Setting", "cast", "compose", "finish", "paint_setting", "perform"]

_USUAL_HEIGHT = 288


@dataclass(frozen=True)
class Setting:
    """A painted place waiting for its subjects."""

    canvas: Canvas
    stage: Stage


def paint_setting(facts: Facts, rng: random.Random) -> Setting:
    """Sky and place, nothing in it yet."""
    light = light_of(facts.time, facts.weather, rng)
    place = PLACES[facts.place]
    horizon = rng.randint(*place.horizon)
    canvas = Canvas(light)
    paint_sky(canvas, facts.weather, horizon, rng)
    stage = rng.choice(place.variants)(canvas, horizon, rng)
    return Setting(canvas, stage)


def compose(facts: Facts, rng: random.Random) -> Canvas:
    """The whole scene: setting, subjects from back to front, frame, weather."""
    setting = paint_setting(facts, rng)
    finish(setting, cast(facts, setting.stage, rng), facts, rng)
    return setting.canvas


def finish(setting: Setting, actors: list[Actor], facts: Facts, rng: random.Random) -> None:
    """Draw the actors, water first, then frame and weather."""
    canvas, stage = setting.canvas, setting.stage
    paint_weather(canvas, facts.weather, stage.horizon, rng)
    _launch(canvas, stage, [a for a in actors if a.afloat])
    for actor in (a for a in actors if not a.afloat):
        perform(canvas, actor)
    if rng.random() < 0.4:
        paint_frame(canvas, stage.frame, [_heart_of(a) for a in actors], rng)
    if facts.weather == "fog":
        paint_ground_mist(canvas, facts.weather, rng)
    else:
        paint_weather(canvas, facts.weather, stage.horizon, rng)


def _launch(canvas: Canvas, stage: Stage, floating: list[Actor]) -> None:
    """Whoever floats comes before the shore, unless the shore would stand before them."""
    for actor in floating:
        perform(canvas, actor)
    shown = _subject_area(canvas) if floating else 0
    if stage.shore:
        stage.shore()
    if floating and _subject_area(canvas) < 0.96 * shown:
        for actor in floating:
            show(canvas, actor)


def _subject_area(canvas: Canvas) -> int:
    return int(np.count_nonzero(canvas.labels >= SUBJECT))


def _heart_of(actor: Actor) -> Box:
    """What the frame must leave free: all but the outermost tenth of an actor."""
    half, foot = actor.half * 0.85, actor.y - actor.lift
    return Box(int(actor.x - half), int(foot - actor.h * 0.96), int(actor.x + half), int(foot))


def cast(facts: Facts, stage: Stage, rng: random.Random) -> list[Actor]:
    """Decide where everybody stands, back to front."""
    if facts.second and facts.second_colour:
        return _cast_pair(facts, stage, rng)
    kind = SUBJECTS[facts.subject]
    aloft = _is_aloft(kind, facts, rng)
    h = _height_of(kind, facts, rng)
    width = h * kind.width(facts.pose)
    whole = width * (1 + 1.06 * (facts.count - 1))
    start = _kept_inside(_centre_of(facts, rng), whole) - (facts.count - 1) * width * 0.53
    flip = rng.choice((-1, 1))
    actors = []
    for i in range(facts.count):
        actor = Actor(
            kind,
            facts.colour,
            SUBJECT,
            start + i * width * 1.06,
            0,
            h * rng.uniform(0.9, 1.0) if facts.count > 1 else h,
            flip,
            aloft=aloft,
            pose=facts.pose,
        )
        _stand(actor, facts, stage, rng)
        actors.append(actor)
    return sorted(actors, key=lambda a: a.y)


def _is_aloft(kind: Subject, facts: Facts, rng: random.Random) -> bool:
    if facts.position == "in the sky":
        return True
    free = facts.position is None and facts.pose is None
    return bool(kind.flies) and free and rng.random() < kind.flies * 0.7


def _height_of(kind: Subject, facts: Facts, rng: random.Random) -> float:
    whole = kind.width(facts.pose) * (1 + 1.06 * (facts.count - 1))
    if facts.position == "close up":
        return min(SIZE * rng.uniform(0.86, 0.96) / max(whole, 1.05), 430)
    h = _USUAL_HEIGHT * kind.tall * rng.uniform(0.88, 1.12)
    h *= {"small": 0.5, "large": 1.35}.get(facts.size or "", 1.0)
    if facts.position == "in the distance":
        return min(h * 0.46, 400 / whole)
    h *= {2: 0.8, 3: 0.66}.get(facts.count, 1.0)
    return min(h, 490 / whole, 410)


def _centre_of(facts: Facts, rng: random.Random) -> float:
    if facts.position in ("left", "right"):
        side = -1 if facts.position == "left" else 1
        return SIZE * (0.5 + side * rng.uniform(0.2, 0.26))
    spread = 0.15 if facts.count == 1 and facts.position != "close up" else 0.03
    return SIZE * (0.5 + rng.uniform(-spread, spread))


def _kept_inside(centre: float, width: float) -> float:
    half = min(SIZE / 2, width * 0.56 + 6)
    return min(max(centre, half), SIZE - half)


def _stand(actor: Actor, facts: Facts, stage: Stage, rng: random.Random) -> None:
    if actor.aloft:
        room = max(20.0, stage.horizon + 40 - actor.h)
        actor.y = actor.h + rng.uniform(14, min(room, 90))
        return
    actor.afloat = actor.subject.floats and stage.water is not None
    low, high = stage.water if actor.afloat and stage.water else stage.feet
    if facts.position == "in the distance":
        actor.haze = 0.22
        far = stage.water[0] if actor.afloat and stage.water else stage.horizon + 18
        actor.y = (
            min(far + rng.uniform(0, 14), low + 10)
            if not stage.shore or actor.afloat
            else stage.feet[0]
        )
        return
    if facts.position == "close up" and not actor.afloat:
        actor.y = max(high, min(SIZE - 14.0, (SIZE + actor.h) / 2 + 24))
        return
    actor.y = rng.uniform(low + (high - low) * 0.4, high)


def _cast_pair(facts: Facts, stage: Stage, rng: random.Random) -> list[Actor]:
    first, second = SUBJECTS[facts.subject], SUBJECTS[facts.second or ""]
    ratio = min(1.7, max(0.6, second.bulk / first.bulk))
    tallest = rng.uniform(235, 285)
    h1 = tallest / max(1.0, ratio) * min(1.0, 0.9 * first.tall)
    h2 = tallest * min(1.0, ratio) * min(1.0, 0.9 * second.tall)
    room = 470 / (h1 * first.wide + h2 * second.wide + 20)
    h1, h2 = h1 * min(1, room), h2 * min(1, room)
    side = rng.choice((-1, 1))
    gap = (h1 * first.wide + h2 * second.wide) / 2 + 12
    weight = h2 * second.wide / (h1 * first.wide + h2 * second.wide)
    one = Actor(first, facts.colour, SUBJECT, SIZE / 2 - side * gap * weight, 0, h1, side)
    two = Actor(
        second,
        facts.second_colour or "",
        SECOND,
        SIZE / 2 + side * gap * (1 - weight),
        0,
        h2,
        -side,
    )
    one.aloft = _is_aloft(first, facts, rng)
    two.aloft = second.flies > 0.6 and facts.position != "in the sky"
    for actor in (two, one):
        _stand(actor, facts, stage, rng)
    return sorted((two, one), key=lambda a: a.y)
