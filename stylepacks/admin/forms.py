"""The curator's forms: what they ask, and what they refuse right at the field."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from stylepacks import checkpoints, intake
from stylepacks.admin.fields import CurveField, LinesField, WordsField
from stylepacks.errors import CheckpointUnreadable, LoraUnfit
from stylepacks.models import Checkpoint, Lora, PackLora, PackVersion, StylePack
from stylepacks.rules import family_manners, licenses, limits, prompt_template
from stylepacks.rules.aspects import ASPECTS
from stylepacks.rules.digests import file_digest

FIRST_PREVIEW_PROMPT = "a red boat by the sea at sunset"
POLICIES = [
    ("free", "Free: the whole dial, 0 to 100"),
    ("range", "Within a range"),
    ("fixed", "Fixed: makers cannot move it"),
]


def check_license(license: str) -> str:
    """The licence, or the form error that says how to write one."""
    try:
        licenses.validate(license)
    except licenses.LicenseError as error:
        raise forms.ValidationError(str(error)) from error
    return license


class LoraUploadForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new LoRA: the file is examined while the form is checked, and taken in when it is saved."""

    file = forms.FileField(
        label="Safetensors file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".safetensors"}),
        help_text="What the training tool wrote. It is checked before it is kept: family, rank and "
        "trigger are read from the file itself.",
    )

    class Meta:
        model = Lora
        fields = ("name", "license")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            intake.examine(file)
            file.seek(0)
            intake.refuse_duplicate(file_digest(file))
        except LoraUnfit as error:
            raise forms.ValidationError(str(error)) from error
        return file

    def clean_license(self) -> str:
        return check_license(self.cleaned_data["license"])

    def _post_clean(self) -> None:
        # The row is made by intake, from the file: there is nothing to build from the form.
        return


class CheckpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """A checkpoint: its files are read, so that its digest and width are facts."""

    class Meta:
        model = Checkpoint
        fields = (
            "name", "slug", "family", "location", "license", "is_default", "default_width",
            "default_height", "max_prompt_tokens", "draft_lora", "draft_steps", "draft_guidance",
            "draft_sampler",
        )  # fmt: skip

    def clean_license(self) -> str:
        return check_license(self.cleaned_data["license"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("location") and cleaned.get("family"):
            self._read(cleaned["location"], cleaned["family"])
        lora = cleaned.get("draft_lora")
        if lora is not None and lora.family != cleaned.get("family"):
            said = f"{lora} is a {lora.family} LoRA: choose one made for this base model."
            self.add_error("draft_lora", said)
        return cleaned

    def _read(self, location: str, family: str) -> None:
        try:
            facts = checkpoints.read(location)
        except CheckpointUnreadable as error:
            self.add_error("location", str(error))
            return
        if facts.family != family:
            self.add_error("family", f"The files say that this is a {facts.family} model.")
        in_use = (
            self.instance.versions.filter(published_at__isnull=False) if self.instance.pk else ()
        )
        if in_use and facts.digest != self.instance.digest:
            self.add_error(
                "location",
                "Published packs use this checkpoint, and these are other files: add them as a "
                "new checkpoint.",
            )
        self.instance.digest = facts.digest
        self.instance.cross_attention_width = facts.cross_attention_width
        self.instance.files = facts.files


class StylePackForm(forms.ModelForm):  # type: ignore[type-arg]
    """What people read about a pack."""

    description = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What marks the look and what it gives up, in two or three sentences",
    )

    tags = WordsField(required=False, help_text="Words to find it by, with commas between them")
    suits = WordsField(required=False, help_text="What it is good for, with commas between them")

    class Meta:
        model = StylePack
        fields = (
            "name", "slug", "kind", "look_family", "promise", "description", "tags", "suits",
            "position",
        )  # fmt: skip


class PackVersionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft of a version: how it looks, what makers may change, and a prompt to preview it."""

    sampler = forms.ChoiceField(
        choices=[(name, name) for name in limits.SAMPLERS],
        widget=UnfoldAdminSelectWidget,
        help_text="dpmpp_2m suits nearly everything; lcm needs a LoRA trained for it. FLUX.1, "
        "Z-Image and Qwen-Image take euler alone.",
    )
    strength_curve = CurveField(
        label="Strength curve",
        help_text="How far each dial position goes from the smallest to the largest weight: "
        "strength: share, from 0: 0 to 100: 1. Bend it until equal steps look equal.",
    )
    strength_policy = forms.ChoiceField(
        choices=POLICIES,
        widget=UnfoldAdminSelectWidget,
        required=False,
        label="The dial is",
        help_text="How much of the strength dial makers may use",
    )
    strength_from = forms.IntegerField(
        widget=UnfoldAdminIntegerFieldWidget, min_value=0, max_value=100, required=False,
        label="From", help_text="Only for a range",
    )  # fmt: skip
    strength_to = forms.IntegerField(
        widget=UnfoldAdminIntegerFieldWidget, min_value=0, max_value=100, required=False,
        label="To", help_text="Only for a range",
    )  # fmt: skip
    aspects = forms.MultipleChoiceField(
        choices=[(name, name.capitalize()) for name in ASPECTS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        label="Makers may choose",
        help_text="The shape that follows from width and height always is; what the base model "
        "does not manage is not offered whatever is ticked.",
    )
    examples = LinesField(
        required=False,
        help_text="Prompts to try, one per line, in a maker's words and without the trigger",
    )
    notes = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="What changed, for people reading the history",
    )
    preview_prompt = forms.CharField(
        required=False,
        max_length=limits.EXAMPLE_CHARACTERS,
        widget=UnfoldAdminTextInputWidget,
        help_text="“Save and render preview” renders this with the version as it stands here.",
    )

    class Meta:
        model = PackVersion
        fields = (
            "pack", "checkpoint", "template", "negative", "strength", "strength_curve", "width",
            "height", "steps", "guidance", "sampler", "examples", "license", "notes",
        )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        policy = (self.instance.field_policy or {}).get("strength", {})
        self.initial.setdefault("strength_policy", policy.get("policy", "free"))
        self.initial.setdefault("strength_from", policy.get("min", 0))
        self.initial.setdefault("strength_to", policy.get("max", 100))
        self.initial.setdefault("aspects", self._aspects())
        self.initial.setdefault("preview_prompt", _preview_prompt(self.instance))

    def clean_template(self) -> str:
        template: str = self.cleaned_data["template"]
        try:
            prompt_template.validate(template)
        except prompt_template.TemplateError as error:
            raise forms.ValidationError(str(error)) from error
        return template

    def clean_license(self) -> str:
        return check_license(self.cleaned_data["license"])

    def clean_examples(self) -> list[str]:
        examples: list[str] = self.cleaned_data["examples"]
        try:
            limits.check_examples(examples)
        except limits.LimitError as error:
            raise forms.ValidationError(str(error)) from error
        return examples

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_rendering(cleaned)
        self._set_policy(cleaned)
        self._set_aspects(cleaned)
        return cleaned

    def _check_rendering(self, cleaned: dict[str, Any]) -> None:
        names = ("steps", "guidance", "width", "height", "sampler")
        if any(name not in cleaned for name in names):
            return
        try:
            limits.check_rendering(*(cleaned[name] for name in names))
            limits.check_strength(cleaned.get("strength", 0))
            if checkpoint := cleaned.get("checkpoint"):
                family_manners.check_sampler(checkpoint.family, cleaned["sampler"])
        except limits.LimitError as error:
            self.add_error(None, str(error))

    def _aspects(self) -> list[str]:
        rule = (self.instance.field_policy or {}).get("aspect", {})
        named = {"fixed": [], "range": rule.get("of", [])}
        return list(named.get(rule.get("policy", "free"), ASPECTS))

    def _set_aspects(self, cleaned: dict[str, Any]) -> None:
        chosen = [name for name in ASPECTS if name in cleaned.get("aspects", ())]
        rest = {k: v for k, v in (self.instance.field_policy or {}).items() if k != "aspect"}
        if len(chosen) < len(ASPECTS):
            rule = {"policy": "range", "of": chosen} if chosen else {"policy": "fixed"}
            rest["aspect"] = rule
        self.instance.field_policy = rest

    def _set_policy(self, cleaned: dict[str, Any]) -> None:
        policy = cleaned.get("strength_policy") or "free"
        rest = {k: v for k, v in (self.instance.field_policy or {}).items() if k != "strength"}
        if policy == "free":
            self.instance.field_policy = rest
            return
        if policy == "fixed":
            self.instance.field_policy = {**rest, "strength": {"policy": "fixed"}}
            return
        low, high = cleaned.get("strength_from"), cleaned.get("strength_to")
        if (
            low is None
            or high is None
            or not low <= cleaned.get("strength", low) <= high
            or low == high
        ):
            self.add_error(
                "strength_from",
                "Give a range with its start below its end, and the strength within it.",
            )
            return
        entry = {"policy": "range", "min": low, "max": high}
        self.instance.field_policy = {**rest, "strength": entry}


class PackLoraForm(forms.ModelForm):  # type: ignore[type-arg]
    """A LoRA put into a version; without a trigger it brings the one found in its file."""

    class Meta:
        model = PackLora
        fields = (
            "lora", "trigger", "trigger_position", "trigger_required", "weight_min", "weight_max",
            "order",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lora = cleaned.get("lora")
        if lora and not cleaned.get("trigger") and self.instance.pk is None:
            cleaned["trigger"] = lora.suggested_trigger
        return cleaned


def _preview_prompt(version: PackVersion) -> str:
    last = version.preview_requests.first() if version.pk else None
    if last is not None:
        return last.prompt
    return version.examples[0] if version.examples else FIRST_PREVIEW_PROMPT
