"""Admin pages of rows that only the house itself writes."""

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from generation.models import Generation

LONGEST_SHOWN = 60


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """May be looked at, not added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GenerationRowsAdmin(ReadOnlyAdmin):
    """Generations, each known by the beginning of its prompt."""

    class Media:
        css: ClassVar = {"all": ["css/admin.css"]}

    @display(description="Prompt")  # type: ignore[untyped-decorator]
    def short_prompt(self, row: Generation) -> str:
        text = row.prompt
        return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
