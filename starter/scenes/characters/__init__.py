"""The house characters: fixed colours and proportions in any place, time and weather.

To add one, write a module with its draw function (it takes a Pen and a pose), name it in
`table.py` and give it a pack file.
"""

from starter.scenes.characters.casting import draw_character_scene
from starter.scenes.characters.character import Character
from starter.scenes.characters.table import CHARACTERS, character_words

__all__ = ["CHARACTERS", "Character", "character_words", "draw_character_scene"]
