"""The shelf as pages read it: all packs on offer in a light form, kept until one of them changes.

One small query a request asks whether anything changed; everything else is read once for each
change, by each process. What changes without a save (raw SQL, a transaction that ends late) shows
after a minute.
"""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from stylepacks.library import published_packs
from stylepacks.models import StylePack
from stylepacks.rules.word_search import words_of

T = TypeVar("T")

KEPT_SECONDS = 60
MOST_DRAWN = 400
PICKED_STYLES, PICKED_CHARACTERS = 40, 8
NAME_WEIGHT, TAG_WEIGHT, PROMISE_WEIGHT = 3, 2, 1
FIELDS = (
    "pk", "slug", "name", "kind", "promise", "look_family", "tags", "suits", "cover", "cover_blur",
    "popularity", "position", "created_at", "live_version__checkpoint_id", "live_version__license",
)  # fmt: skip


@dataclass
class Card:
    """A pack as its card shows it, with what it is found and sorted by."""

    pk: int
    slug: str
    name: str
    kind: str
    promise: str
    look_family: str
    tags: list[str]
    suits: list[str]
    cover: str
    cover_blur: str
    popularity: int
    position: int
    created_at: datetime
    checkpoint: int
    license: str

    @cached_property
    def html(self) -> SafeString:
        """The card as it stands in every grid; drawn once."""
        return render_to_string("components/pack_card.html", {"pack": self})

    @cached_property
    def first_html(self) -> SafeString:
        """The same for a card in sight as the page opens: its cover is fetched at once."""
        return render_to_string("components/pack_card.html", {"pack": self, "in_sight": True})

    @cached_property
    def thumb(self) -> SafeString:
        """Its cover in a row of small ones."""
        return render_to_string("components/cover.html", {"pack": self, "small": True})

    @cached_property
    def is_character(self) -> bool:
        return self.kind == StylePack.Kind.CHARACTER

    @cached_property
    def weights(self) -> Mapping[str, int]:
        """The words it is found by, and how much each of them counts."""
        found: dict[str, int] = {}
        for text, weight in self._said():
            for word in words_of(text):
                found[word] = max(found.get(word, 0), weight)
        return found

    def _said(self) -> Iterable[tuple[str, int]]:
        # The promise by its words, so that the limit on typed words cuts nothing off.
        yield from ((word, PROMISE_WEIGHT) for word in self.promise.split())
        yield from ((text, TAG_WEIGHT) for text in (*self.tags, *self.suits, self.look_family))
        yield self.name, NAME_WEIGHT


@dataclass
class Shelf:
    """Every card in shelf order, with what they have in common."""

    cards: list[Card]
    read_at: float = field(default_factory=time.monotonic)
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """What follows from the packs alone, made once; a full memory starts anew.

        `what` names the language where it matters. Nobody may change what is given out.
        """
        if what not in self._made:
            if len(self._made) >= MOST_DRAWN:
                self._made.clear()
            self._made[what] = make()
        made: T = self._made[what]
        return made

    def offered(self, keys: Sequence[int]) -> Sequence[StylePack]:
        """These packs whole, with live version and checkpoint, read once."""
        rows = published_packs().filter(pk__in=keys).prefetch_related(None)
        return self.once(("offered", *keys), lambda: tuple(rows))

    def to_pick_from(self, *slugs: str) -> list[int]:
        """Keys of the packs that a picker shows: those named, and the first of each kind."""
        named = [card.pk for card in self.cards if card.slug in slugs]
        kinds = {True: PICKED_CHARACTERS, False: PICKED_STYLES}
        for is_character, most in kinds.items():
            found = [card.pk for card in self.cards if card.is_character == is_character]
            named += found[:most]
        return named

    @cached_property
    def by_pk(self) -> Mapping[int, Card]:
        return {card.pk: card for card in self.cards}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that some card is found by."""
        return frozenset(word for card in self.cards for word in card.weights)

    @cached_property
    def families(self) -> list[tuple[str, int]]:
        """Families of looks with their number of styles; characters are a shelf of their own."""
        counted = Counter(card.look_family for card in self.cards if not card.is_character)
        return sorted((name, count) for name, count in counted.items() if name)

    @cached_property
    def characters(self) -> int:
        return sum(card.is_character for card in self.cards)


_kept: tuple[Any, Shelf] | None = None


def shelf() -> Shelf:
    """All packs on offer; one query, and one more after a change."""
    global _kept
    stamp = _stamp()
    if _kept is None or _kept[0] != stamp or _is_old(_kept[1]):
        _kept = stamp, Shelf([Card(*row) for row in _rows()])
    return _kept[1]


def _stamp() -> Any:
    # Every request asks this: spelled out, it takes a fifth of what the query builder needs.
    table = StylePack._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            # The table's name is the model's own.
            f"SELECT COUNT(*), MAX(changed_at) FROM {table} WHERE state = %s",  # noqa: S608
            [StylePack.State.PUBLISHED],
        )
        return cursor.fetchone()


def _is_old(kept: Shelf) -> bool:
    return time.monotonic() - kept.read_at > KEPT_SECONDS


def _rows() -> Iterable[Any]:
    return _on_offer().filter(live_version__isnull=False).values_list(*FIELDS)


def _on_offer() -> QuerySet[StylePack]:
    return StylePack.objects.filter(state=StylePack.State.PUBLISHED)
