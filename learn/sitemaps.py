"""What there is to find: home, the packs, the glossary."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from learn.models import Term
from stylepacks.models import StylePack


class PageSitemap(Sitemap):  # type: ignore[type-arg]
    """The pages that are always there."""

    priority = 1.0

    def items(self) -> Iterable[str]:
        return ["home", "packs", "create", "gallery", "learn"]

    def location(self, item: str) -> str:
        return reverse(item)


class PackSitemap(Sitemap):  # type: ignore[type-arg]
    """Packs on offer."""

    priority = 0.8

    def items(self) -> QuerySet[StylePack]:
        offered = StylePack.objects.filter(state=StylePack.State.PUBLISHED)
        return offered.filter(live_version__isnull=False).select_related("live_version")

    def location(self, item: StylePack) -> str:
        return reverse("pack", args=[item.slug])

    def lastmod(self, item: StylePack) -> datetime | None:
        return item.live_version.published_at if item.live_version else None


class TermSitemap(Sitemap):  # type: ignore[type-arg]
    """Published terms."""

    priority = 0.6

    def items(self) -> QuerySet[Term]:
        return Term.objects.published()

    def lastmod(self, item: Term) -> datetime:
        return item.changed_at


SITEMAPS = {"pages": PageSitemap, "packs": PackSitemap, "learn": TermSitemap}
