"""Who may see a picture: nobody, people with its link, or everybody who visits the gallery."""

from django.utils import timezone
from django.utils.translation import gettext as _

from generation.models import GeneratedImage, Share, Standing
from generation.models.gallery import KEPT_OUT, standing_of


def share(image: GeneratedImage, is_public: bool, shows_prompt: bool) -> Share:
    """Make the link, or change who finds it. The first public moment is its place in the hall."""
    made = image.generation
    before = Share.objects.filter(image=image).first()
    listed_at = (before and before.listed_at) or timezone.now()
    told = {
        "person": made.person,
        "shows_prompt": shows_prompt,
        "listed_at": listed_at if is_public else None,
        "pack": made.pack_version.pack,
        "second_pack": made.second_version.pack if made.second_version else None,
    }
    return Share.objects.update_or_create(image=image, defaults=told)[0]


def why_not_public(image: GeneratedImage) -> str:
    """The sentence that says why a picture cannot hang in the gallery; empty when it can."""
    standing = standing_of(image)
    if standing and standing.state == Standing.State.TAKEN_OUT:
        return _("A curator took this picture out of the gallery: it cannot be public again.")
    if image.generation.person.is_guest:
        return _("Only pictures of people with an account hang in the gallery.")
    return ""


def is_findable(share: Share) -> bool:
    """Whether search engines may keep its page: not while a curator still has to look."""
    standing = standing_of(share.image)
    return share.is_public and (standing is None or standing.state not in KEPT_OUT)
