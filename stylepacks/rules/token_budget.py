"""How much of the text encoder's room a prompt takes: an estimate, for warnings in time.

The web process holds no tokenizer. CLIP-like encoders spend one token on a common word, more on
long ones, and one on each mark; the estimate leans to the high side, so a warning comes early.
"""

import re

CHARACTERS_A_TOKEN = 7
ROOM_FOR_WORDS = 12
_PIECES = re.compile(r"\w+|[^\w\s]")


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` takes, without begin and end marks."""
    return sum(1 + (len(piece) - 1) // CHARACTERS_A_TOKEN for piece in _PIECES.findall(text))
