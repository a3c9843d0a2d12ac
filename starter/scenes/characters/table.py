"""Every house character by its slug, which is also the slug of its pack."""

from starter.scenes.characters.character import Character
from starter.scenes.characters.momo import MOMO
from starter.scenes.characters.nori import NORI
from starter.scenes.characters.nova import NOVA
from starter.scenes.characters.pip import PIP

CHARACTERS: dict[str, Character] = {"pip": PIP, "nori": NORI, "nova": NOVA, "momo": MOMO}


def character_words() -> set[str]:
    """Every word that only the captions of characters contain, and some that others share."""
    texts = [text for c in CHARACTERS.values() for text in c.kinds]
    texts += [text for c in CHARACTERS.values() for words in c.poses.values() for text in words]
    return {word for text in texts for word in text.split()}
