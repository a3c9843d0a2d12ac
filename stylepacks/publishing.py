"""Publish a version: check everything, compute its digest, freeze it, put it on the shelf."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from stylepacks.errors import PublishingRefused, VersionFrozen
from stylepacks.models import PackLora, PackVersion, StylePack
from stylepacks.rules import (
    family_manners,
    field_policies,
    licenses,
    limits,
    lora_family,
    prompt_template,
)
from stylepacks.rules.digests import digest
from stylepacks.rules.strength import validate_curve
from stylepacks.rules.token_budget import ROOM_FOR_WORDS, estimate_tokens

CONTENT_FORMAT = "housestyle.pack-version/1"
COPIED_FIELDS = (
    "template", "negative", "sampler", "steps", "guidance", "width", "height", "strength",
    "strength_curve", "field_policy", "examples", "license",
)  # fmt: skip
COPIED_LORA_FIELDS = (
    "order", "weight_min", "weight_max", "trigger", "trigger_position", "trigger_required",
)  # fmt: skip


def publish(version: PackVersion, by: User | None) -> PackVersion:
    """Freeze the version under its digest and make it what the pack renders from now on.

    PublishingRefused lists every problem; VersionFrozen when it was published before.
    """
    with transaction.atomic():
        draft = PackVersion.objects.select_for_update().get(pk=version.pk)
        _freeze(draft, by)
        _put_on_shelf(draft)
    version.refresh_from_db()
    return version


def republish(version: PackVersion, by: User | None) -> PackVersion:
    """Put an already published version back on the shelf: after a retirement, or to go back."""
    if not version.is_published:
        return publish(version, by)
    _put_on_shelf(version)
    return version


def retire(pack: StylePack, by: User | None) -> None:
    """Take a pack off the shelf. Its versions stay, and images made with them keep rendering."""
    on_offer = StylePack.objects.filter(pk=pack.pk).exclude(state=StylePack.State.RETIRED)
    on_offer.update(state=StylePack.State.RETIRED)
    pack.refresh_from_db()


@transaction.atomic
def draft_from(version: PackVersion) -> PackVersion:
    """A new draft with everything this version has, numbered after the pack's newest."""
    copied = {name: getattr(version, name) for name in COPIED_FIELDS}
    draft = PackVersion.objects.create(
        pack=version.pack,
        number=next_number(version.pack),
        checkpoint=version.checkpoint,
        **copied,
    )
    for use in version.loras.all():
        kept = {name: getattr(use, name) for name in COPIED_LORA_FIELDS}
        PackLora.objects.create(version=draft, lora=use.lora, **kept)
    return draft


def next_number(pack: StylePack) -> int:
    """The number the pack's next version gets."""
    newest: int | None = pack.versions.aggregate(Max("number"))["number__max"]
    return (newest or 0) + 1


def version_content(
    version: PackVersion, loras: Iterable[PackLora] | None = None
) -> dict[str, Any]:
    """Everything that decides the pixels and the offer: what the digest covers.

    Pack slug, version number, dates and people are left out, so that a bundle has the same digest
    wherever it is imported. `loras` stands in for rows that are not saved yet.
    """
    uses = version_loras(version) if loras is None else _in_order(loras)
    return {
        "format": CONTENT_FORMAT,
        "checkpoint": {
            "digest": version.checkpoint.digest,
            "family": version.checkpoint.family,
        },
        "template": version.template,
        "negative": version.negative,
        "sampler": version.sampler,
        "steps": int(version.steps),
        "guidance": float(version.guidance),
        "width": int(version.width),
        "height": int(version.height),
        "strength": int(version.strength),
        "strength_curve": [[float(at), float(share)] for at, share in version.strength_curve],
        "field_policy": version.field_policy,
        "examples": list(version.examples),
        "license": version.license,
        "notes": version.notes,
        "loras": [_lora_content(use) for use in uses],
    }


def version_loras(version: PackVersion) -> list[PackLora]:
    """The version's LoRAs in the order in which they apply."""
    return _in_order(version.loras.select_related("lora"))


def triggers_of(version: PackVersion) -> list[prompt_template.Trigger]:
    """The version's triggers, in LoRA order, as the prompt rules want them."""
    return [
        prompt_template.Trigger(use.trigger, use.trigger_position, use.trigger_required)
        for use in version_loras(version)
        if use.trigger
    ]


def problems(version: PackVersion) -> list[str]:
    """Everything that keeps this version from being published, as plain sentences."""
    rules: list[Callable[[], None]] = [
        lambda: prompt_template.validate(version.template),
        lambda: validate_curve(version.strength_curve),
        lambda: field_policies.validate(version.field_policy),
        lambda: licenses.validate(version.license),
        lambda: limits.check_rendering(
            version.steps, version.guidance, version.width, version.height, version.sampler
        ),
        lambda: family_manners.check_sampler(version.checkpoint.family, version.sampler),
        lambda: limits.check_strength(version.strength),
        lambda: limits.check_text("template", version.template),
        lambda: limits.check_text("negative", version.negative),
        lambda: limits.check_examples(version.examples),
    ]
    found = [sentence for rule in rules if (sentence := _complaint(rule))]
    if not version.checkpoint.digest:
        found.append(f"The checkpoint “{version.checkpoint}” has no digest: save it again first.")
    for use in version_loras(version):
        found.extend(_lora_problems(use))
    return found or _budget_problems(version)


def warnings(version: PackVersion) -> list[str]:
    """What a curator should know before publishing; none of it keeps them from it."""
    try:
        fixed = _fixed_tokens(version)
    except prompt_template.TemplateError:
        return []
    limit, said = version.checkpoint.max_prompt_tokens, []
    if limit - fixed < ROOM_FOR_WORDS:
        said.append(
            f"Template and triggers take about {fixed} of {limit} tokens, which leaves the maker "
            f"about {max(limit - fixed, 0)}: shorten them."
        )
    for example in version.examples:
        if fixed + estimate_tokens(example) > limit:
            said.append(
                f"The example “{example[:60]}” is about {fixed + estimate_tokens(example)} tokens "
                f"long with template and triggers; the checkpoint reads {limit}."
            )
    unread = family_manners.unread_negative(version.checkpoint.family, version.negative)
    said.extend([unread] if unread else [])
    if not version.loras.exists():
        said.append("This version has no LoRA: only its template and settings make the look.")
    if not version.examples:
        said.append("There are no example prompts: makers find a pack easier to begin with two.")
    if not version.pack.cover:
        said.append("The pack has no cover: render a preview and use it as the cover.")
    return said


def _freeze(draft: PackVersion, by: User | None) -> None:
    if draft.is_published:
        raise VersionFrozen(f"{draft} is published already: make a new version from it instead.")
    found = problems(draft)
    if found:
        raise PublishingRefused(found)
    frozen = PackVersion.objects.filter(pk=draft.pk, published_at__isnull=True).update(
        digest=digest(version_content(draft)), published_at=timezone.now(), published_by=by
    )
    if frozen != 1:
        raise VersionFrozen(f"{draft} was published by somebody else in the meantime.")


def _in_order(uses: Iterable[PackLora]) -> list[PackLora]:
    return sorted(uses, key=lambda use: (use.order, use.lora.sha256))


def _put_on_shelf(version: PackVersion) -> None:
    StylePack.objects.filter(pk=version.pack_id).update(
        live_version=version, state=StylePack.State.PUBLISHED
    )


def _complaint(rule: Callable[[], None]) -> str | None:
    try:
        rule()
    except ValueError as error:
        return str(error)
    return None


def _lora_problems(use: PackLora) -> list[str]:
    lora, checkpoint = use.lora, use.version.checkpoint
    found = [_complaint(lambda: limits.check_weights(lora.name, use.weight_min, use.weight_max))]
    found.append(_complaint(lambda: limits.check_trigger(use.trigger)))
    if use.trigger_required and not use.trigger:
        found.append(f"The LoRA “{lora}” requires a trigger, but none is given: write it.")
    misfit = lora_family.misfit(
        lora.family,
        lora.cross_attention_width,
        checkpoint.family,
        checkpoint.cross_attention_width,
    )
    if misfit:
        found.append(f"The LoRA “{lora}” does not fit “{checkpoint}”: it was {misfit}.")
    if not lora.file.storage.exists(str(lora.file.name)):
        found.append(f"The file of the LoRA “{lora}” is missing from storage: upload it again.")
    return [sentence for sentence in found if sentence]


def _budget_problems(version: PackVersion) -> list[str]:
    fixed, limit = _fixed_tokens(version), version.checkpoint.max_prompt_tokens
    if fixed < limit:
        return []
    return [
        f"Template and triggers alone take about {fixed} tokens, and the checkpoint reads {limit}: "
        "shorten them."
    ]


def _fixed_tokens(version: PackVersion) -> int:
    return estimate_tokens(prompt_template.fill(version.template, "", triggers_of(version)).text)


def _lora_content(use: PackLora) -> dict[str, Any]:
    return {
        "sha256": use.lora.sha256,
        "order": int(use.order),
        "weight_min": float(use.weight_min),
        "weight_max": float(use.weight_max),
        "trigger": use.trigger,
        "trigger_position": str(use.trigger_position),
        "trigger_required": bool(use.trigger_required),
    }
