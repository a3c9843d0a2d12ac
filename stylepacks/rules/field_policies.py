"""What a maker may change: every field is fixed, held within a range, or free.

Written as `{"strength": {"policy": "range", "min": 40, "max": 100}}`; a maker field that is not
named is free, everything else in a version is always fixed. The shape's range is a list:
`{"aspect": {"policy": "range", "of": ["square", "portrait"]}}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stylepacks.rules.aspects import ASPECTS

LIMITS = {"strength": (0, 100), "seed": (0, 2**32 - 1)}


class PolicyError(ValueError):
    """A field policy that cannot be used; the message says what to change."""


@dataclass(frozen=True)
class FieldPolicy:
    """One field's freedom. `minimum` and `maximum` hold whatever the policy is."""

    policy: str
    minimum: int
    maximum: int

    def complaint(self, field: str, value: int, default: int) -> str | None:
        """Why a maker may not choose `value`, in one sentence, or None."""
        if self.policy == "fixed" and value != default:
            return f"The {field} of this pack is fixed at {default}."
        if not self.minimum <= value <= self.maximum:
            return f"Choose a {field} from {self.minimum} to {self.maximum}."
        return None


def policy_of(policies: Mapping[str, Any], field: str) -> FieldPolicy:
    """The policy of "strength" or "seed"; free where the curator said nothing."""
    lowest, highest = LIMITS[field]
    entry = policies.get(field, {})
    policy = entry.get("policy", "free")
    if policy != "range":
        return FieldPolicy(policy, lowest, highest)
    return FieldPolicy(policy, entry["min"], entry["max"])


def validate(policies: Any) -> None:
    """PolicyError unless every entry names a maker field and a policy that can be met."""
    if not isinstance(policies, Mapping):
        raise PolicyError("The field policies must be a table of field names.")
    for field, entry in policies.items():
        if field == "aspect":
            _validate_aspect(entry)
        elif field not in LIMITS:
            raise PolicyError(f"Makers cannot change “{field}”: only {', '.join(LIMITS)}, aspect.")
        else:
            _validate_entry(field, entry)


def _validate_aspect(entry: Any) -> None:
    policy = entry.get("policy") if isinstance(entry, Mapping) else None
    if policy not in ("fixed", "range", "free"):
        raise PolicyError("The aspect must be fixed, range or free.")
    if policy != "range":
        return
    names = entry.get("of")
    if not isinstance(names, list) or not names or any(name not in ASPECTS for name in names):
        raise PolicyError(f"The aspect range lists some of {', '.join(ASPECTS)}.")


def _validate_entry(field: str, entry: Any) -> None:
    policy = entry.get("policy") if isinstance(entry, Mapping) else None
    if policy not in ("fixed", "range", "free"):
        raise PolicyError(f"The {field} must be fixed, range or free.")
    if policy != "range":
        return
    lowest, highest = LIMITS[field]
    low, high = entry.get("min"), entry.get("max")
    if type(low) is not int or type(high) is not int or not lowest <= low < high <= highest:
        raise PolicyError(
            f"The {field} range needs a minimum below its maximum, both from {lowest} to {highest}."
        )
