"""Everything a scene can be about; importing this package fills the table."""

from starter.scenes.subjects import (  # noqa: F401
    aircraft,
    animals,
    buildings,
    creatures,
    food,
    household,
    machines,
    people,
    plants,
    things,
    vehicles,
    wildlife,
    wonders,
)
from starter.scenes.subjects.table import SUBJECTS, Subject

__all__ = ["SUBJECTS", "Subject"]
