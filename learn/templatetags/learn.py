"""For templates: prose with links to terms, and a small way from a word to its page."""

from collections.abc import Collection
from typing import Any

from django import template
from django.core.cache import cache
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from learn.models import Term
from learn.rules.prose import paragraphs, parts

register = template.Library()
KEPT = "learn:published"
KEPT_SECONDS = 60


@register.filter
def prose(text: str, known: Collection[str]) -> SafeString:
    """The text as paragraphs, with links to the terms that are there to be read."""
    lines = ((_linked(line, known),) for line in paragraphs(text))
    return format_html_join("\n", "<p>{}</p>", lines)


@register.inclusion_tag("learn/_explain.html")
def explain(slug: str, question: str) -> dict[str, Any]:
    """A small link that answers the question; nothing while there is no such term."""
    return {"address": _address(slug), "question": question}


def _linked(line: str, known: Collection[str]) -> SafeString:
    runs = parts(line, lambda slug: slug in known)
    return format_html_join("", "{}", ((_run(words, slug),) for words, slug in runs))


def _run(words: str, slug: str) -> str | SafeString:
    if not slug:
        return words
    return format_html('<a href="{}">{}</a>', reverse("term", args=[slug]), words)


def _address(slug: str) -> str:
    # Kept for a minute, so that the studio asks the database no more than it did.
    known = cache.get(KEPT)
    if known is None:
        known = set(Term.objects.published().values_list("slug", flat=True))
        cache.set(KEPT, known, KEPT_SECONDS)
    return reverse("term", args=[slug]) if slug in known else ""


@receiver([post_save, post_delete], sender=Term)
def _forget(**_: object) -> None:
    cache.delete(KEPT)
