"""What search engines read: schema.org as JSON-LD.

A data block is never executed, so the Content-Security-Policy asks no nonce of it; what must hold
is that no text can end the block early.
"""

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from learn.models import Term
from learn.reading import Picture
from learn.rules.prose import without_links

SET_NAME = "Words for making pictures"
SET_DESCRIPTION = "What the words around image models mean, in plain English and with pictures."
_UNSAFE = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def as_script(graph: list[dict[str, Any]]) -> SafeString:
    """The graph as a data block that its own text cannot leave."""
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text.translate(_UNSAFE)),  # noqa: S308  what could end the block is escaped
    )


def of_index(request: HttpRequest, terms: list[Term]) -> list[dict[str, Any]]:
    """The glossary as a set of terms, and the way to it."""
    told = [_term(request, term) for term in terms]
    return [{**_set(request), "hasDefinedTerm": told}, _trail(request, [])]


def of_term(request: HttpRequest, term: Term, pictures: list[Picture]) -> list[dict[str, Any]]:
    """The term, its questions where it has some, and the way to it."""
    told = {**_term(request, term), "inDefinedTermSet": _set(request)}
    if pictures:
        told["image"] = [request.build_absolute_uri(each.address) for each in pictures]
    questions = [_questions(request, term)] if term.questions else []
    return [told, *questions, _trail(request, [term])]


def _term(request: HttpRequest, term: Term) -> dict[str, Any]:
    address = request.build_absolute_uri(term.get_absolute_url())
    told: dict[str, Any] = {
        "@type": "DefinedTerm",
        "@id": f"{address}#term",
        "name": term.name,
        "termCode": term.slug,
        "description": term.definition,
        "url": address,
    }
    return {**told, "alternateName": term.also} if term.also else told


def _set(request: HttpRequest) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("learn"))
    return {
        "@type": "DefinedTermSet",
        "@id": f"{address}#terms",
        "name": SET_NAME,
        "description": SET_DESCRIPTION,
        "url": address,
        "inLanguage": "en",
    }


def _questions(request: HttpRequest, term: Term) -> dict[str, Any]:
    address = request.build_absolute_uri(term.get_absolute_url())
    return {
        "@type": "FAQPage",
        "@id": f"{address}#questions",
        "mainEntity": [_question(row) for row in term.questions],
    }


def _question(row: dict[str, str]) -> dict[str, Any]:
    answer = {"@type": "Answer", "text": without_links(row["answer"])}
    return {"@type": "Question", "name": row["question"], "acceptedAnswer": answer}


def _trail(request: HttpRequest, terms: list[Term]) -> dict[str, Any]:
    steps = [("Home", reverse("home")), ("Learn", reverse("learn"))]
    steps += [(term.name, term.get_absolute_url()) for term in terms]
    items = [
        {
            "@type": "ListItem",
            "position": place,
            "name": name,
            "item": request.build_absolute_uri(address),
        }
        for place, (name, address) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
