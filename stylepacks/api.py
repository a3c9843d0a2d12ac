"""The packs on offer, for programs. Public: nothing here says more than the pages do."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status

from accounts.api_auth import anyone
from stylepacks import library
from stylepacks.errors import PackError, PackRetired
from stylepacks.models import PackVersion, StylePack
from stylepacks.rules.field_policies import LIMITS, policy_of
from stylepacks.shapes import shapes_of

router = Router(tags=["packs"], auth=anyone)


class Complaint(Schema):
    detail: str


class PackOut(Schema):
    """A pack as it stands on the shelf; `family` is the checkpoint's."""

    slug: str
    name: str
    kind: str
    family: str
    version: int
    digest: str
    license: str
    promise: str
    tags: list[str]
    cover: str | None


class FieldOut(Schema):
    """What a maker may choose: `fixed`, within a `range`, or `free`."""

    policy: str
    minimum: int
    maximum: int


class PackDetailOut(PackOut):
    """One pack with everything a client needs to make a request for it."""

    description: str
    suits: list[str]
    examples: list[str]
    checkpoint: str
    width: int
    height: int
    aspects: list[str]
    strength: int
    max_prompt_tokens: int
    fields: dict[str, FieldOut]


@router.get("", response=list[PackOut], summary="List the published packs")
def list_packs(request: HttpRequest) -> list[dict[str, Any]]:
    return [_summary(pack, pack.live_version) for pack in library.published_packs()]


@router.get(
    "/{slug}",
    response={200: PackDetailOut, 404: Complaint, 410: Complaint},
    summary="One published pack",
)
def show_pack(request: HttpRequest, slug: str) -> Status[dict[str, Any]]:
    try:
        version = library.live_version(slug)
    except PackRetired as error:
        return Status(410, {"detail": str(error)})
    except PackError as error:
        return Status(404, {"detail": str(error)})
    return Status(200, {**_summary(version.pack, version), **_detail(version)})


def _summary(pack: StylePack, version: PackVersion | None) -> dict[str, Any]:
    assert version is not None, "a pack on offer has a live version"
    return {
        **library.identity_of(version),
        "promise": pack.promise,
        "tags": pack.tags,
        "cover": _cover(pack),
    }


def _detail(version: PackVersion) -> dict[str, Any]:
    policies = {name: policy_of(version.field_policy, name) for name in LIMITS}
    return {
        "description": version.pack.description,
        "suits": version.pack.suits,
        "examples": version.examples,
        "checkpoint": version.checkpoint.slug,
        "width": version.width,
        "height": version.height,
        "aspects": shapes_of(version).names,
        "strength": version.strength,
        "max_prompt_tokens": version.checkpoint.max_prompt_tokens,
        "fields": {name: vars(policy) for name, policy in policies.items()},
    }


def _cover(pack: StylePack) -> str | None:
    return reverse("pack_cover", args=[pack.slug]) if pack.cover else None
