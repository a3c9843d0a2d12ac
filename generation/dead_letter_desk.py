"""Where staff look at what was given up, read what happened, and have it made after all."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from generation import dead_letters
from generation.models import DeadLetter, Generation, Incident
from generation.read_only_admin import GenerationRowsAdmin


class IncidentInline(TabularInline):  # type: ignore[misc]
    model = Incident
    verbose_name_plural = "What happened, try by try"
    fields = ("happened_at", "cause", "worker", "state", "reached", "companions", "said")
    readonly_fields = fields
    extra = max_num = 0
    can_delete = False

    @display(description="Step")  # type: ignore[untyped-decorator]
    def reached(self, row: Incident) -> str:
        return f"{row.step} of {row.total_steps}"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may open the letter may read what happened


@admin.register(DeadLetter)
class DeadLetterAdmin(GenerationRowsAdmin):
    list_display = ("short_prompt", "person", "pack_version", "why", "error", "finished_at")
    list_filter = ("queue", "finished_at")
    list_select_related = ("person", "pack_version__pack")
    search_fields = ("=id", "prompt", "error", "person__email")
    fieldsets = (
        (None, {"fields": ("prompt", "person", "pack_version", "why", "error", "again")}),
        ("When", {"fields": ("created_at", "finished_at", "queue", "device_seconds")}),
        ("The same again, to the byte", {"fields": ("recipe_digest", "recipe")}),
    )
    inlines = (IncidentInline,)
    actions = ("try_again",)
    show_full_result_count = False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.change_generation")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generation]:
        letters = dead_letters.waiting().values("pk")
        rows: QuerySet[Generation] = super().get_queryset(request)
        return rows.filter(pk__in=letters)

    @admin.action(description="Try again, at no cost to their people", permissions=["retry"])
    def try_again(self, request: HttpRequest, rows: QuerySet[Generation]) -> None:
        again = [dead_letters.try_again(letter) for letter in rows]
        said = f"{len(again)} queued again. They appear among their people's images when done."
        self.message_user(request, said, messages.SUCCESS)

    @display(description="Why")  # type: ignore[untyped-decorator]
    def why(self, row: Generation) -> str:
        counts = (
            (row.deaths, "worker died", "workers died"),
            (row.refusals, "refusal", "refusals"),
        )
        said = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
        return ", ".join(said)

    @display(description="Tried again")  # type: ignore[untyped-decorator]
    def again(self, row: Generation) -> str:
        copy = dead_letters.copy_made_of(row)
        return f"yes: {copy.state}" if copy else "no"
