"""Licences are named by SPDX: an identifier, a LicenseRef-… of one's own, or an expression."""

import re

COMMON = (
    "Apache-2.0",
    "MIT",
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "LicenseRef-CreativeML-OpenRAIL-M",
    "LicenseRef-CreativeML-OpenRAIL-PP-M",
    "LicenseRef-FLUX-1-dev-Non-Commercial",
)
MAX_CHARACTERS = 60
# What model pages call licences that have no name in SPDX.
MODEL_PAGES = {
    "creativeml-openrail-m": "LicenseRef-CreativeML-OpenRAIL-M",
    "openrail++": "LicenseRef-CreativeML-OpenRAIL-PP-M",
}
_IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9.+-]*"
_EXPRESSION = re.compile(rf"{_IDENTIFIER}( (AND|OR|WITH) {_IDENTIFIER})*")


class LicenseError(ValueError):
    """A licence that is not written as SPDX; the message says how to write it."""


def validate(license: str) -> None:
    """LicenseError unless `license` has the form of an SPDX identifier or expression."""
    if not license.strip():
        raise LicenseError("The license is missing: name one by its SPDX identifier.")
    if len(license) > MAX_CHARACTERS or not _EXPRESSION.fullmatch(license):
        raise LicenseError(
            "The license is not an SPDX identifier: write for example Apache-2.0, CC-BY-4.0 "
            "or, for a text of its own, LicenseRef-My-License."
        )


def of_model_page(tag: str) -> str | None:
    """The SPDX name of a licence as a model's page writes it, or None where that is unclear."""
    named = {license.casefold(): license for license in COMMON} | MODEL_PAGES
    return named.get(tag.casefold())
