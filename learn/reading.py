"""What the pages show of terms: found, grouped and in order, with pictures and links resolved."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from learn import shipped_pictures
from learn.models import Term
from stylepacks.models import StylePack

PACK = "pack:"


@dataclass(frozen=True)
class Picture:
    """One picture as a page shows it."""

    address: str
    alt: str
    caption: str
    studio: str


@dataclass(frozen=True)
class Shelf:
    """Some terms under one heading."""

    key: str
    title: str
    terms: list[Term]


def pictures_of(term: Term) -> list[Picture]:
    """The term's pictures; one that is gone, with its pack or its file, is left out."""
    found = (_picture(row) for row in term.pictures)
    return [picture for picture in found if picture]


def related_to(term: Term, published: Iterable[Term]) -> list[Term]:
    """The published terms that this one names, in its own order."""
    known = {each.slug: each for each in published}
    return [known[slug] for slug in term.related if slug in known]


def neighbours(term: Term, published: list[Term]) -> tuple[Term | None, Term | None]:
    """The terms before and after this one, by name."""
    ordered = sorted(published, key=_by_name)
    at = next((place for place, each in enumerate(ordered) if each.pk == term.pk), None)
    if at is None:
        return None, None
    return (ordered[at - 1] if at else None), next(iter(ordered[at + 1 :]), None)


def found_in(terms: Iterable[Term], words: str) -> list[Term]:
    """The terms that mention every word, those named so before the others."""
    asked = words.casefold().split()
    found = [term for term in terms if _mentions(term, asked)]
    return sorted(found, key=lambda term: not _is_named(term, words.casefold()))


def by_topic(terms: Iterable[Term]) -> list[Shelf]:
    """Shelves in the order of the groups."""
    shelves = [
        Shelf(group.value, str(group.label), [term for term in terms if term.group == group])
        for group in Term.Group
    ]
    return [shelf for shelf in shelves if shelf.terms]


def by_letter(terms: Iterable[Term]) -> list[Shelf]:
    """Shelves from A to Z."""
    lettered = groupby(sorted(terms, key=_by_name), key=lambda term: term.name[:1].upper())
    return [Shelf(f"letter-{letter.lower()}", letter, list(each)) for letter, each in lettered]


def studio_address(wish: dict[str, object]) -> str:
    """The studio, filled in."""
    return f"{reverse('create')}?{urlencode(wish)}" if wish else reverse("create")


def _picture(row: dict[str, str]) -> Picture | None:
    shown, caption = str(row.get("show", "")), str(row.get("caption", ""))
    if shown.startswith(PACK):
        return _cover(shown.removeprefix(PACK), caption)
    if shown not in shipped_pictures.known_names():
        return None
    recipe = shipped_pictures.recipes()[shown]
    return Picture(
        shipped_pictures.address_of(shown), recipe.told, caption, studio_address(recipe.wish)
    )


def _cover(slug: str, caption: str) -> Picture | None:
    pack = StylePack.objects.filter(slug=slug, state=StylePack.State.PUBLISHED).first()
    if pack is None or not pack.cover:
        return None
    alt = _("The cover of the pack {name}").format(name=pack.name)
    return Picture(reverse("pack_cover", args=[slug]), alt, caption, studio_address({"pack": slug}))


def _by_name(term: Term) -> str:
    return term.name.casefold()


def _mentions(term: Term, asked: list[str]) -> bool:
    told = " ".join([term.name, term.slug, *term.also, term.definition]).casefold()
    return all(word in told for word in asked)


def _is_named(term: Term, words: str) -> bool:
    return any(words in name.casefold() for name in (term.name, *term.also))
