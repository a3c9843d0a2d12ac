"""For the header: how much was finished while one looked elsewhere."""

from typing import Any

from django import template
from django.http import HttpRequest

from accounts.guests import person_of
from generation.pictures.unseen import MOST, Ready, ready_for

register = template.Library()


@register.inclusion_tag("components/ready.html", takes_context=True)
def ready_badge(context: dict[str, Any]) -> dict[str, Any]:
    """A link to what is ready; nothing for someone who waits for nothing. One query a page."""
    return {"ready": _ready(context.get("request")), "most": MOST}


def _ready(request: HttpRequest | None) -> Ready | None:
    # An error page may be drawn without a request, or before anybody was asked who they are.
    if request is None or not hasattr(request, "user"):
        return None
    person = person_of(request)
    return ready_for(person) if person else None
