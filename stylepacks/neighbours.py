"""Packs beside a pack: those that go together with it, and those that look most like it."""

from stylepacks.models import PackVersion, StylePack
from stylepacks.shelf import Card, Shelf

PARTNERS = 4
CLOSEST = 4


def partners(shelf: Shelf, pack: StylePack, version: PackVersion) -> list[Card]:
    """Characters for a style, styles for a character: of the same base model, most used first."""
    fitting = [
        card
        for card in shelf.cards
        if card.kind != pack.kind and card.checkpoint == version.checkpoint_id
    ]
    return sorted(fitting, key=lambda card: -card.popularity)[:PARTNERS]


def closest(shelf: Shelf, pack: StylePack) -> list[Card]:
    """Other packs of its kind: its family first, then by the tags and uses they share.

    The only pack of its kind gets those of the other kind.
    """
    others = [card for card in shelf.cards if card.pk != pack.pk]
    same_kind = [card for card in others if card.kind == pack.kind]
    return sorted(same_kind or others, key=lambda other: _distance(pack, other))[:CLOSEST]


def _distance(pack: StylePack, other: Card) -> tuple[bool, int]:
    shared = len({*pack.tags, *pack.suits} & {*other.tags, *other.suits})
    return pack.look_family != other.look_family, -shared
