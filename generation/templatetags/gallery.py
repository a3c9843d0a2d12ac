"""For templates: what a tile of the gallery says, and the gallery's parts on other pages."""

from typing import Any

from django import template
from django.template import Context

from accounts.guests import person_of
from generation.gallery import hall
from generation.models import Share
from stylepacks.models import StylePack

register = template.Library()
register.filter("shape", hall.shape)
register.filter("like_this", hall.like_this)


@register.inclusion_tag("gallery/_strip.html")
def made_with(pack: StylePack) -> dict[str, Any]:
    """The newest public pictures of a pack; nothing while there are none."""
    return {"pack": pack, "shares": hall.strip(pack)}


@register.inclusion_tag("gallery/_tools.html", takes_context=True)
def gallery_tools(context: Context, share: Share) -> dict[str, Any]:
    """Like and report, beside a shared picture that hangs in the gallery; else nothing."""
    request = context["request"]
    person = person_of(request)
    shown = hall.as_seen_by(person, hall.hung()).filter(pk=share.pk).first()
    # Both are taken from the context by name, the token for the forms as well.
    kept = {"csrf_token": context.get("csrf_token"), "request": request}
    return {"share": shown, "person": person, **kept}
