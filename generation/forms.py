"""What a maker types into the studio, and where each refusal is shown."""

import hashlib
import json
from typing import Self

from django import forms
from django.utils.translation import gettext as _

from generation.look_sheets import LooksWish
from generation.wishes import FINAL, SubmissionError, Wish

FIELD_OF_CODE = {
    "prompt_empty": "prompt",
    "prompt_too_long": "prompt",
    "count_invalid": "count",
    "strength_invalid": "strength",
    "seed_invalid": "seed",
    "pack_unknown": "pack",
    "pack_retired": "pack",
    "packs_incompatible": "second",
    "quality_invalid": "quality",
    "draft_unavailable": "quality",
    "family_unknown": "family",
    "aspect_invalid": "aspect",
    "aspect_unavailable": "aspect",
}


class WishForm(forms.Form):
    """Reads a wish leniently: what a wish may be is decided by `generation.wishes` alone."""

    prompt = forms.CharField(required=False, strip=False)
    pack = forms.CharField(required=False)
    second = forms.CharField(required=False)
    strength = forms.CharField(required=False)
    count = forms.CharField(required=False)
    seed = forms.CharField(required=False)
    quality = forms.CharField(required=False)
    aspect = forms.CharField(required=False)

    def clean_strength(self) -> int | None:
        return self._whole("strength", _("Strength must be a whole number from 0 to 100."))

    def clean_count(self) -> int:
        count = self._whole("count", _("Say how many pictures as a number."))
        return 1 if count is None else count

    def clean_seed(self) -> int | None:
        return self._whole("seed", _("The seed is a whole number; leave it empty for a new one."))

    def clean_quality(self) -> str:
        return self.cleaned_data["quality"] or FINAL

    def clean_pack(self) -> str:
        if not self.cleaned_data["pack"]:
            raise forms.ValidationError(_("Pick a pack first."))
        return str(self.cleaned_data["pack"])

    @property
    def wish(self) -> Wish:
        """The wish of a valid form."""
        typed = self.cleaned_data
        return Wish(
            pack=typed["pack"],
            prompt=typed["prompt"],
            strength=typed["strength"],
            count=typed["count"],
            seed=typed["seed"],
            second=typed["second"] or None,
            quality=typed["quality"],
            aspect=typed["aspect"] or None,
        )

    def refuse(self, refusal: SubmissionError) -> None:
        """Show the refusal at the field it is about, or above the form."""
        self.add_error(FIELD_OF_CODE.get(refusal.code), str(refusal))

    def only(self, sentence: str) -> Self:
        """This form with one sentence above it; the rest is told when it is sent again."""
        self.errors.clear()
        self.add_error(None, sentence)
        return self

    @property
    def refusals(self) -> dict[str, str]:
        """The first sentence for each field; the form's own under the name "form"."""
        return {
            ("form" if name == "__all__" else name): str(sentences[0])
            for name, sentences in self.errors.items()
        }

    def idempotency_key(self, key: str) -> str:
        """One key for one page and one wish.

        A double click repeats both; a changed wish sent from a page reached with the back button
        must not be taken for the first one.
        """
        typed = json.dumps([key, self.data.get("prompt"), *map(str, self.cleaned_data.values())])
        return hashlib.sha256(typed.encode()).hexdigest()

    def _whole(self, name: str, sentence: str) -> int | None:
        typed = str(self.cleaned_data[name]).strip()
        if not typed:
            return None
        try:
            return int(typed)
        except ValueError:
            raise forms.ValidationError(sentence) from None


class LooksForm(WishForm):
    """The same studio, asked for every look: of its packs only a character counts."""

    family = forms.CharField(required=False)

    def clean_pack(self) -> str:
        return str(self.cleaned_data["pack"])

    def looks_with(self, character: str | None) -> LooksWish:
        """The wish of a valid form, with this character in every look."""
        typed = self.cleaned_data
        return LooksWish(typed["prompt"], typed["seed"], typed["family"], character)
