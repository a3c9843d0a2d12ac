"""The glossary's pages, and what lets the whole house be found: cards, robots.txt."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from learn import cards, reading, structured_data
from learn.models import Term
from stylepacks.models import StylePack

CARD_SECONDS = 3600
# A picture page needs no line here: it answers 404 to everybody but its owner.
PRIVATE_PLACES = ("/admin/", "/accounts/", "/account/", "/images/", "/api/")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All terms, by topic or from A to Z, or those that mention some words."""
    published = list(Term.objects.published())
    words, is_az = request.GET.get("q", "").strip()[:80], request.GET.get("order") == "a-z"
    found = reading.found_in(published, words)
    context = {
        "shelves": reading.by_letter(found) if is_az else reading.by_topic(found),
        "found": len(found),
        "total": len(published),
        "words": words,
        "is_az": is_az,
        "data": structured_data.as_script(structured_data.of_index(request, published)),
    }
    return render(request, "learn/index.html", context)


@require_safe
def term(request: HttpRequest, slug: str) -> HttpResponse:
    """One term; staff may read it before it is published."""
    shown = get_object_or_404(Term, slug=slug)
    if not shown.is_published and not request.user.has_perm("learn.view_term"):
        raise Http404
    return render(request, "learn/term.html", term_context(request, shown))


def term_context(request: HttpRequest, shown: Term) -> dict[str, object]:
    """All that a term's page needs; three queries at most for shipped terms."""
    published = list(Term.objects.published())
    pictures = reading.pictures_of(shown)
    before, after = reading.neighbours(shown, published)
    return {
        "term": shown,
        "pictures": pictures,
        "related": reading.related_to(shown, published),
        "known": {each.slug for each in published},
        "before": before,
        "after": after,
        "try_it": reading.studio_address(shown.try_it),
        "data": structured_data.as_script(structured_data.of_term(request, shown, pictures)),
    }


@require_safe
def term_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture that goes with a link to a term."""
    shown = get_object_or_404(Term.objects.published(), slug=slug)
    return _card(cards.of_term(shown))


@require_safe
def pack_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture that goes with a link to a pack."""
    shown = get_object_or_404(StylePack, slug=slug, state=StylePack.State.PUBLISHED)
    return _card(cards.of_pack(shown))


@require_safe
def house_card(request: HttpRequest) -> HttpResponse:
    """The picture that goes with a link to any other page."""
    return _card(cards.of_house())


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where machines may look, and the list of what there is."""
    closed = [f"Disallow: {place}" for place in PRIVATE_PLACES]
    sitemap = f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}"
    lines = ["User-agent: *", *closed, "", sitemap, ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _card(card: cards.Card) -> HttpResponse:
    response = HttpResponse(cards.png_of(card), content_type="image/png")
    response["Cache-Control"] = f"public, max-age={CARD_SECONDS}"
    return response
