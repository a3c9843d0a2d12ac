"""What hangs in the gallery, how one walks through it, and what its tiles say."""

from urllib.parse import urlencode

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value

from accounts.models import User
from generation.models import Like, Share
from generation.models.gallery import KEPT_OUT
from generation.pictures.history import Page, page_of
from stylepacks.models import StylePack

PAGE = 24
IN_A_STRIP = 6
# What the address says → what rows are walked by.
SORTS = {"newest": "listed_at", "liked": "like_count"}
# From this much wider than high (or the other way round) a picture is no square any more.
CLEARLY = 1.2
SHOWN_FIELDS = ("image__generation", "pack", "second_pack")


def hung() -> QuerySet[Share]:
    """Every picture that anybody may see: public, not removed, not kept out, of an account.

    Nearly all pictures are not removed. Saying so by `exclude` keeps SQLite from beginning with
    the index of those that are, and so with every picture of the house.
    """
    rows = Share.objects.filter(listed_at__isnull=False)
    rows = rows.filter(person__is_guest=False, person__is_active=True)
    rows = rows.exclude(image__removal__isnull=False)
    rows = rows.exclude(image__generation__removal__isnull=False)
    return rows.exclude(image__standing__state__in=KEPT_OUT)


def of_pack(pack: StylePack) -> Q:
    """Made with it, alone or as one of two."""
    return Q(pack=pack) | Q(second_pack=pack)


def page(person: User | None, sort: str, pack: StylePack | None, before: str) -> Page:
    """Some tiles and the way to the next ones; likes given meanwhile may move a tile across."""
    rows = as_seen_by(person, hung().filter(of_pack(pack)) if pack else hung())
    return page_of(rows, before, PAGE, by=SORTS.get(sort, SORTS["newest"]))


def as_seen_by(person: User | None, rows: QuerySet[Share]) -> QuerySet[Share]:
    """Rows with all that a tile says; each knows whether this person `is_liked` it."""
    mine = Exists(Like.objects.filter(share=OuterRef("pk"), person=person))
    liked = mine if person else Value(False, output_field=BooleanField())
    return rows.select_related(*SHOWN_FIELDS).annotate(is_liked=liked)


def strip(pack: StylePack) -> QuerySet[Share]:
    """The newest few made with this pack."""
    rows = hung().filter(of_pack(pack)).select_related(*SHOWN_FIELDS)
    return rows.order_by("-listed_at", "-pk")[:IN_A_STRIP]


def packs_to_pick() -> QuerySet[StylePack]:
    """Packs that at least one hanging picture was made with."""
    first = Exists(hung().filter(pack=OuterRef("pk")))
    second = Exists(hung().filter(second_pack=OuterRef("pk")))
    return StylePack.objects.filter(first | second).only("slug", "name").order_by("name")


def like_this(share: Share) -> str:
    """What the studio starts with; empty when its pack is no longer on offer."""
    packs = [pack for pack in (share.pack, share.second_pack) if pack]
    if not packs or any(pack.state != StylePack.State.PUBLISHED for pack in packs):
        return ""
    asked = dict(zip(("pack", "second"), [pack.slug for pack in packs], strict=False))
    return urlencode(asked | ({"prompt": share.shown_prompt} if share.shown_prompt else {}))


def shape(share: Share) -> str:
    """`wide`, `tall` or `square`."""
    ratio = share.image.width / max(1, share.image.height)
    return "wide" if ratio > CLEARLY else "tall" if ratio < 1 / CLEARLY else "square"
