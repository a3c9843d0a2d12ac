"""Palms for shores: what tells a beach from any other water."""

from starter.scenes.canvas import Canvas
from starter.scenes.geometry import Outline, ribbon, smooth
from starter.scenes.palette import mix
from starter.scenes.places.scenery import disc

_FRONDS = ((-1.0, 0.1), (-0.82, -0.42), (-0.2, -0.72), (0.5, -0.62), (0.96, -0.22), (0.86, 0.34))


def paint_palm(canvas: Canvas, foot: tuple[float, float], h: float, lean: int) -> None:
    """A palm `h` pixels tall that leans left (-1) or right (1)."""
    light = canvas.light
    (x, y), bark = foot, light.on_land((150, 104, 74))
    top = (x + lean * h * 0.3, y - h)
    trunk = ((x, y + 4), (x + lean * h * 0.06, y - h * 0.5), top)
    canvas.fill(ribbon(trunk, h * 0.1, h * 0.06), bark)
    leaf, dark = light.on_land((50, 150, 92)), light.on_land((32, 110, 84))
    for i, (dx, dy) in enumerate(_FRONDS):
        canvas.fill(_frond(top, dx * h * 0.44, dy * h * 0.44), mix(leaf, dark, (i % 2) * 0.8))
    nut = light.on_land((112, 70, 50))
    for dx in (-0.05, 0.05):
        canvas.fill(disc(top[0] + dx * h, top[1] + h * 0.05, h * 0.045, h * 0.045), nut)


def _frond(top: tuple[float, float], dx: float, dy: float) -> Outline:
    x, y = top
    wide, droop = abs(dx) * 0.16 + abs(dy) * 0.14 + 4, abs(dx) * 0.3
    return smooth(
        (x, y),
        (x + dx * 0.5, y + dy * 0.75 - wide),
        (x + dx, y + dy + droop),
        (x + dx * 0.5, y + dy * 0.6 + wide * 0.8),
    )
