"""What a worker wrote about a failure, in the reader's language.

The worker has no reader and writes English into the row; pages translate what they know. Sentences
about one broken pack or model, which name files and numbers, stay as they were written.
"""

import re

from django.utils.translation import gettext, gettext_noop

GAVE_UP = gettext_noop(
    "This did not work after {attempts} tries and you were not charged. Please try again."
)
_GAVE_UP = re.compile(re.escape(GAVE_UP).replace(r"\{attempts\}", r"(\d+)"))
KNOWN = frozenset(
    {
        gettext_noop("Something went wrong while this was rendered. Please try again."),
        gettext_noop("The device ran out of memory; ask for fewer or smaller images."),
        gettext_noop("A weights file of this pack is damaged: ask its curator to renew it."),
        gettext_noop("The pack's weights could not be fetched."),
        gettext_noop("A weights file of this pack is missing: ask its curator to renew it."),
        gettext_noop(
            "The model gave values that are not numbers instead of a picture. "
            "Lower the strength, or check the pack's LoRAs and the checkpoint."
        ),
    }
)


def told(stored: str) -> str:
    """The sentence of a row in the active language; unchanged when it is not a known one."""
    if found := _GAVE_UP.fullmatch(stored):
        return gettext(GAVE_UP).format(attempts=found[1])
    return gettext(stored) if stored in KNOWN else stored
