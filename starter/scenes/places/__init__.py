"""All places; importing this package fills the table."""

from starter.scenes.places import coast, country, farm, garden, harbour, town, wild, wonders  # noqa: F401
from starter.scenes.places.table import PLACES, Place, Stage

__all__ = ["PLACES", "Place", "Stage"]
