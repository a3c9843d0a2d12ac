"""What the packs page shows for an address: filter, search, sort, and help where nothing fits."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stylepacks.models import StylePack
from stylepacks.rules.word_search import SLIP, best_fits, points, words_of
from stylepacks.shelf import Card, Shelf

PAGE = 48
MOST_SHOWN = 2000
MOST_CHARACTERS = 100
TAGS = 12
SORTS = {
    "": gettext_lazy("Featured"),
    "popular": gettext_lazy("Most used"),
    "newest": gettext_lazy("Newest"),
    "name": gettext_lazy("Name"),
}
_KEYS: Mapping[str, Callable[[Card], Any]] = {
    "popular": lambda card: -card.popularity,
    "newest": lambda card: -card.created_at.timestamp(),
    "name": lambda card: card.name.casefold(),
}


@dataclass(frozen=True)
class Wanted:
    """What was asked for, as it stands in the address."""

    q: str = ""
    kind: str = ""
    family: str = ""
    tag: str = ""
    sort: str = ""
    shown: int = PAGE

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wanted":
        """From an address; what cannot be meant falls back to the default."""
        texts = {name: str(query.get(name, "")).strip() for name in ("kind", "family", "tag")}
        sort = query.get("sort", "")
        q = " ".join(str(query.get("q", ""))[:MOST_CHARACTERS].split())
        return cls(q, **texts, sort=sort if sort in SORTS else "", shown=_shown(query))

    def address(self, **changes: Any) -> str:
        """The query part of the address with these changes; a new choice starts at its top."""
        asked = replace(self, **{"shown": PAGE, **changes})
        said = {name: value for name, value in vars(asked).items() if value}
        if asked.shown == PAGE:
            del said["shown"]
        return f"?{urlencode(said)}" if said else "?"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.kind or self.family or self.tag)


@dataclass(frozen=True)
class Found:
    """The cards for one wish, best first; `came_close` says that the words fit only roughly."""

    cards: list[Card]
    came_close: bool = False


def find(shelf: Shelf, wanted: Wanted) -> Found:
    """Filtered, searched and sorted. Without a chosen order, a search puts its best match first."""
    filtered = [card for card in shelf.cards if _fits(card, wanted)]
    typed = words_of(wanted.q)
    if wanted.q and not typed:
        return Found([])
    found = _search(shelf, filtered, typed) if typed else Found(filtered)
    key = _KEYS.get(wanted.sort)
    return replace(found, cards=sorted(found.cards, key=key)) if key else found


@dataclass(frozen=True)
class Choice:
    """A chip of the packs page: how many packs it shows and where it leads."""

    name: str
    label: str
    count: int
    is_on: bool
    address: str


def families_of(shelf: Shelf, wanted: Wanted) -> list[Choice]:
    """Everything, then each family of looks, then the characters."""
    here = (wanted.kind, wanted.family)
    told = [("all", _("All"), len(shelf.cards), ("", ""))]
    told += [(name, name.capitalize(), count, ("", name)) for name, count in shelf.families]
    if shelf.characters:
        kind = str(StylePack.Kind.CHARACTER)
        told.append((kind, _("Characters"), shelf.characters, (kind, "")))
    return [
        Choice(name, label, count, here == to, wanted.address(kind=to[0], family=to[1], tag=""))
        for name, label, count, to in told
    ]


def tags_of(cards: Sequence[Card], wanted: Wanted) -> list[Choice]:
    """The tags to narrow by: the chosen one, which leads back, then the commonest of the rest."""
    counted = Counter(tag for card in cards for tag in card.tags)
    common = [each for each in counted.most_common(TAGS) if each[0] != wanted.tag]
    chosen = [(wanted.tag, counted[wanted.tag])] if wanted.tag else []
    return [
        Choice(tag, tag, count, tag == wanted.tag, _tag_address(wanted, tag))
        for tag, count in chosen + common
    ]


def _tag_address(wanted: Wanted, tag: str) -> str:
    return wanted.address(tag="" if tag == wanted.tag else tag)


def ways_out(shelf: Shelf, wanted: Wanted) -> list[tuple[str, str]]:
    """Where nothing was found: what dropping one choice would find, as (what to do, address)."""
    choices = {
        "q": _("Without “{words}”").format(words=wanted.q),
        "tag": _("Without the tag “{tag}”").format(tag=wanted.tag),
        "family": _("Outside {family}").format(family=wanted.family.capitalize()),
        "kind": _("Styles and characters"),
    }
    chosen = [(name, said) for name, said in choices.items() if getattr(wanted, name)]
    if len(chosen) < 2:
        return []
    found = [(said, _without(wanted, name)) for name, said in chosen]
    counted = [(said, less, len(find(shelf, less).cards)) for said, less in found]
    return [(f"{said}: {count}", less.address()) for said, less, count in counted if count]


def _without(wanted: Wanted, name: str) -> Wanted:
    less: dict[str, Any] = {name: ""}
    return replace(wanted, **less)


def _search(shelf: Shelf, cards: Sequence[Card], typed: Sequence[str]) -> Found:
    """Cards that have all words; else all with slips; else some of them."""
    fits = [best_fits(word, shelf.vocabulary) for word in typed]
    sure = [{word: how for word, how in each.items() if how > SLIP} for each in fits]
    if exact := _ranked(cards, sure, len(typed)):
        return Found(exact)
    close = _ranked(cards, fits, len(typed)) or _ranked(cards, sure, 1) or _ranked(cards, fits, 1)
    return Found(close, came_close=bool(close))


def _ranked(cards: Sequence[Card], fits: Sequence[Mapping[str, int]], least: int) -> list[Card]:
    scored = [(points(fits, card.weights), card) for card in cards]
    kept = [(won, card) for won, card in scored if sum(map(bool, won)) >= least]
    best_first = sorted(kept, key=lambda each: (-sum(map(bool, each[0])), -sum(each[0])))
    return [card for _, card in best_first]


def _fits(card: Card, wanted: Wanted) -> bool:
    return (
        wanted.kind in ("", card.kind)
        and wanted.family in ("", card.look_family)
        and (not wanted.tag or wanted.tag in card.tags)
    )


def _shown(query: Mapping[str, str]) -> int:
    text = str(query.get("shown", ""))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else PAGE
    return min(max(number, 1), MOST_SHOWN)
