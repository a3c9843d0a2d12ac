"""From a wish and the pack versions it names to the frozen recipe of a render.

Strength 0 is the checkpoint alone: the pack then brings no weights, no words and no negative.
In a stack the character stands in the style's slot; the style decides how it is rendered (size,
steps, guidance, sampler). The dial turns the pack picked first; the second keeps its own default.
A draft is the same picture in fewer steps, where the checkpoint has a LoRA distilled for that.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from generation.wishes import DRAFT, FINAL, MAX_SEED, SubmissionError, Wish, cleaned
from stylepacks.errors import PackRetired, PackUnknown
from stylepacks.library import live_version
from stylepacks.models import Checkpoint, Lora, PackVersion, StylePack
from stylepacks.rules import prompt_template
from stylepacks.rules.aspects import size_of
from stylepacks.rules.prompt_template import FinalPrompt, Part, Trigger
from stylepacks.rules.strength import weight_at
from stylepacks.shapes import LABELS, shapes_of

__all__ = ["Recipe", "Wish", "as_draft", "build", "final_prompt", "seed_of", "versions_of"]

Recipe = dict[str, Any]


def versions_of(wish: Wish) -> tuple[PackVersion, ...]:
    """The live versions of the packs a wish names, in its order, or SubmissionError."""
    slugs = (wish.pack, wish.second) if wish.second else (wish.pack,)
    return tuple(_live(slug) for slug in slugs)


def build(wish: Wish, versions: Sequence[PackVersion]) -> Recipe:
    """The recipe of a wish: JSON-able, and all a render needs. Versions in the wish's order."""
    wish = cleaned(wish)
    layers = _layers(wish, versions)
    lead = layers[-1][0]
    width, height = _size(lead, wish.aspect)
    recipe = {
        "checkpoint": {
            "slug": lead.checkpoint.slug,
            "digest": lead.checkpoint.digest,
            "location": lead.checkpoint.location,
        },
        "family": lead.checkpoint.family,
        "prompt": _filled(wish.prompt, layers).text,
        "negative": _negative(layers),
        "loras": [use for version, strength in layers for use in _uses(version, strength)],
        "width": width,
        "height": height,
        "steps": lead.steps,
        "guidance": lead.guidance,
        "sampler": lead.sampler,
        "seed": wish.seed,
        "count": wish.count,
        "packs": [_named(version, strength) for version, strength in layers],
        "user_prompt": wish.prompt,
        "quality": FINAL,
    }
    return as_draft(recipe, lead.checkpoint) if wish.quality == DRAFT else recipe


def as_draft(recipe: Recipe, checkpoint: Checkpoint) -> Recipe:
    """The recipe with the checkpoint's draft LoRA and few steps, or SubmissionError."""
    if checkpoint.draft_lora is None:
        said = _("The base model {name} makes no drafts: ask for final quality.")
        raise SubmissionError(said.format(name=checkpoint.name), "draft_unavailable")
    return {
        **recipe,
        "loras": [*recipe["loras"], _use(checkpoint.draft_lora, 1.0)],
        "steps": checkpoint.draft_steps,
        "guidance": checkpoint.draft_guidance,
        "sampler": checkpoint.draft_sampler,
        "quality": DRAFT,
    }


def final_prompt(wish: Wish) -> FinalPrompt:
    """What the text encoder will get for this wish, piece by piece, or SubmissionError."""
    wish = cleaned(wish)
    layers = _layers(wish, versions_of(wish))
    _size(layers[-1][0], wish.aspect)
    return _filled(wish.prompt, layers)


def varied(recipe: Recipe, seed: int, share: float, count: int) -> Recipe:
    """The recipe of new pictures near the one of `seed`: its noise turned by `share` of the way.

    All else stays as it was frozen. A variation of a variation begins where that one ended.
    """
    turns = [*recipe.get("turns", []), [seed, share]]
    return {**recipe, "turns": turns, "seed": secrets.randbelow(MAX_SEED + 1), "count": count}


def wish_of(made: Any, count: int) -> Wish:
    """The wish behind a generation, for `count` pictures in final quality."""
    second = made.second_version.pack.slug if made.second_version else None
    slug = made.pack_version.pack.slug
    return Wish(slug, made.prompt, made.strength, count, made.seed, second, aspect=made.shape)


def versions_in(made: Any) -> tuple[PackVersion, ...]:
    """The versions a generation was made with, in its wish's order."""
    return (made.pack_version, made.second_version) if made.second_version else (made.pack_version,)


def seed_of(recipe: Recipe, index: int) -> int:
    """The seed of one image: consecutive from the recipe's, within 32 bits."""
    return int((recipe["seed"] + index) % 2**32)


def chosen_strength(version: PackVersion, asked: int | None) -> int:
    """The dial position to use: the pack's own, or the asked one where the curator allows it."""
    if asked is None or asked == version.strength:
        return version.strength
    rule = version.field_policy.get("strength", {})
    policy = rule.get("policy", PackVersion.Policy.FREE)
    if policy == PackVersion.Policy.FIXED:
        said = _("The strength of {name} is fixed at {number}.")
        said = said.format(name=version.pack.name, number=version.strength)
        raise SubmissionError(said, "strength_invalid")
    low, high = rule.get("min", 0), rule.get("max", 100)
    if policy == PackVersion.Policy.RANGE and not low <= asked <= high:
        said = _("The strength of {name} goes from {low} to {high}.")
        said = said.format(name=version.pack.name, low=low, high=high)
        raise SubmissionError(said, "strength_invalid")
    return asked


def _size(version: PackVersion, aspect: str | None) -> tuple[int, int]:
    if aspect is None:
        return version.width, version.height
    shapes = shapes_of(version)
    if aspect in shapes.names:
        return size_of(aspect, version.width, version.height)
    labels = ", ".join(str(LABELS[name]) for name in shapes.names)
    said = _("%(pack)s comes in these shapes: %(shapes)s.")
    told = said % {"pack": version.pack.name, "shapes": labels}
    raise SubmissionError(f"{told} {shapes.note}".strip(), "aspect_unavailable")


Layer = tuple[PackVersion, int]


def _live(slug: str) -> PackVersion:
    if not slug or not slug.isprintable():
        raise SubmissionError(_("Pick a pack from the list of packs."), "pack_unknown")
    try:
        return live_version(slug)
    except PackUnknown as error:
        raise SubmissionError(str(error), "pack_unknown") from error
    except PackRetired as error:
        raise SubmissionError(str(error), "pack_retired") from error


def _layers(wish: Wish, versions: Sequence[PackVersion]) -> list[Layer]:
    first, *others = versions
    layers = [(first, chosen_strength(first, wish.strength))]
    layers += [(version, version.strength) for version in others]
    if others:
        _check_stack(first, others[0])
    return sorted(layers, key=lambda layer: layer[0].pack.kind != StylePack.Kind.CHARACTER)


def _check_stack(first: PackVersion, second: PackVersion) -> None:
    names = {"first": first.pack.name, "second": second.pack.name}
    if {first.pack.kind, second.pack.kind} != set(StylePack.Kind.values):
        said = _("{first} and {second} do not go together: pick one character and one style.")
        raise SubmissionError(said.format(**names), "packs_incompatible")
    if first.checkpoint_id != second.checkpoint_id:
        said = _("{first} and {second} do not go together: their base models differ.")
        raise SubmissionError(said.format(**names), "packs_incompatible")


def _filled(prompt: str, layers: Sequence[Layer]) -> FinalPrompt:
    active = [version for version, strength in layers if strength > 0]
    if not active:
        return FinalPrompt(prompt, (Part("prompt", prompt),))
    if len(active) == 1:
        return prompt_template.fill(active[0].template, prompt, _triggers(active[0]))
    character, style = active
    return prompt_template.stack(
        character.template, style.template, prompt, _triggers(character), _triggers(style)
    )


def _triggers(version: PackVersion) -> list[Trigger]:
    return [
        Trigger(use.trigger, use.trigger_position, use.trigger_required)
        for use in version.loras.all()
        if use.trigger
    ]


def _negative(layers: Sequence[Layer]) -> str:
    active = [version.negative for version, strength in layers if strength > 0]
    if len(active) < 2:
        return "".join(active)
    return prompt_template.merge_negatives(*active)


def _uses(version: PackVersion, strength: int) -> list[dict[str, Any]]:
    uses = []
    for use in version.loras.all():
        curve = version.strength_curve
        weight = weight_at(strength, use.weight_min, use.weight_max, curve)
        if weight != 0:
            uses.append(_use(use.lora, weight))
    return uses


def _use(lora: Lora, weight: float) -> dict[str, Any]:
    return {"name": lora.slug, "file": lora.file.name, "sha256": lora.sha256, "weight": weight}


def _named(version: PackVersion, strength: int) -> dict[str, Any]:
    return {
        "slug": version.pack.slug,
        "version": version.number,
        "digest": version.digest,
        "strength": strength,
    }
