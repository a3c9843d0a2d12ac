"""The shelf: which packs people can pick, and which version each of them renders now."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from stylepacks.errors import PackError, PackRetired, PackUnknown
from stylepacks.models import PackLora, PackVersion, StylePack

__all__ = [
    "PackError",
    "PackRetired",
    "PackUnknown",
    "identity_of",
    "live_version",
    "published_packs",
]


def published_packs() -> QuerySet[StylePack]:
    """Packs on offer, in shelf order, with their live version, checkpoint and LoRAs fetched."""
    loras = Prefetch("live_version__loras", PackLora.objects.select_related("lora"))
    return (
        StylePack.objects.filter(state=StylePack.State.PUBLISHED, live_version__isnull=False)
        .select_related("live_version__checkpoint", "live_version__pack")
        .defer("live_version__checkpoint__vocabulary")
        .prefetch_related(loras)
    )


def identity_of(version: PackVersion) -> dict[str, Any]:
    """What names a pack and its version to a program; JSON-able."""
    return {
        "slug": version.pack.slug,
        "name": version.pack.name,
        "kind": version.pack.kind,
        "family": version.checkpoint.family,
        "version": version.number,
        "digest": version.digest,
        "license": version.license,
    }


def live_version(slug: str) -> PackVersion:
    """The version a new generation uses, with pack and checkpoint fetched.

    PackUnknown when there is no such pack, PackRetired when it is not on offer.
    """
    pack = StylePack.objects.filter(slug=slug).first()
    # One that was never offered is nobody's business: not even its name is told.
    if pack is None or pack.live_version_id is None:
        raise PackUnknown(
            _("There is no pack called “{slug}”: pick one from the list of packs.").format(
                slug=slug[:50]
            )
        )
    if pack.state == StylePack.State.RETIRED:
        said = _("“{pack}” is retired and takes no new pictures: pick another pack.")
        raise PackRetired(said.format(pack=pack))
    related = PackVersion.objects.select_related("pack", "checkpoint")
    return related.prefetch_related("loras__lora").get(pk=pack.live_version_id)
