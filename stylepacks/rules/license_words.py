"""What a licence lets people do with their pictures, in one sentence."""

from stylepacks.rules.marked import gettext_noop

SENTENCES = {
    "Apache-2.0": gettext_noop("Your pictures are yours, for private and commercial use."),
    "MIT": gettext_noop("Your pictures are yours, for private and commercial use."),
    "CC0-1.0": gettext_noop("Your pictures are yours, without any condition."),
    "CC-BY-4.0": gettext_noop("Use your pictures for anything, and name the pack's author."),
    "CC-BY-SA-4.0": gettext_noop(
        "Name the pack's author, and share your pictures under the same licence."
    ),
    "CC-BY-NC-4.0": gettext_noop(
        "Use your pictures privately, and name the pack's author; do not sell them."
    ),
    "LicenseRef-FLUX-1-dev-Non-Commercial": gettext_noop(
        "Use your pictures privately; do not sell them."
    ),
}
OTHER = gettext_noop(
    "This pack has a licence of its own: read it before you publish your pictures."
)


def sentence(license: str) -> str:
    """The licence in a sentence; one that is not known by name is to be read."""
    return SENTENCES.get(license, OTHER)
