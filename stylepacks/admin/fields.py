"""Form fields that let a curator write lists and curves as plain text."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from stylepacks.rules.strength import StrengthError, validate_curve


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


class WordsField(LinesField):
    """A list of short texts, with commas between them."""

    widget = UnfoldAdminTextInputWidget()

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [word.strip() for word in str(value or "").split(",") if word.strip()]


class CurveField(forms.CharField):
    """A strength curve as `0: 0, 50: 0.4, 100: 1`."""

    widget = UnfoldAdminTextInputWidget()

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return ", ".join(f"{at:g}: {share:g}" for at, share in value)

    def to_python(self, value: Any) -> list[list[float]]:  # type: ignore[override]
        try:
            curve = [_point(pair) for pair in str(value or "").split(",")]
            validate_curve(curve)
        except StrengthError as error:
            raise forms.ValidationError(str(error)) from error
        except ValueError as error:
            raise forms.ValidationError(
                "Write the curve as strength: share, such as 0: 0, 50: 0.4, 100: 1."
            ) from error
        return curve

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != str(data or "").strip())


def _point(pair: str) -> list[float]:
    strength, share = pair.split(":")
    return [int(strength), float(share)]
