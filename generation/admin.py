"""What is being made and by which workers, for staff to read. Nothing here changes a row."""

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import display

from generation.dead_letter_desk import DeadLetterAdmin
from generation.gallery.desk import StandingAdmin
from generation.models import FairShare, Generation, Worker
from generation.progress import is_alive
from generation.read_only_admin import GenerationRowsAdmin, ReadOnlyAdmin

__all__ = ["DeadLetterAdmin", "FairShareAdmin", "GenerationAdmin", "StandingAdmin", "WorkerAdmin"]


@admin.register(Generation)
class GenerationAdmin(GenerationRowsAdmin):
    list_display = ("short_prompt", "person", "pack_version", "shown_state", "count", "age")
    list_filter = ("state", "queue", "created_at")
    list_select_related = ("person", "pack_version__pack")
    search_fields = ("=id", "prompt", "person__email", "claimed_by")
    date_hierarchy = "created_at"
    show_full_result_count = False

    @display(  # type: ignore[untyped-decorator]
        description="State",
        label={"done": "success", "failed": "danger", "blocked": "warning", "queued": "info"},
    )
    def shown_state(self, row: Generation) -> str:
        return row.state

    @display(description="Seconds")  # type: ignore[untyped-decorator]
    def age(self, row: Generation) -> str:
        end = row.finished_at or timezone.now()
        return f"{(end - row.created_at).total_seconds():.0f}"


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "queue",
        "device",
        "is_alive",
        "is_ready",
        "loaded_checkpoint",
        "memory_note",
        "seen",
    )

    @display(description="Alive", boolean=True)  # type: ignore[untyped-decorator]
    def is_alive(self, row: Worker) -> bool:
        return is_alive(row)

    @display(description="Seen", ordering="last_seen_at")  # type: ignore[untyped-decorator]
    def seen(self, row: Worker) -> str:
        return f"{(timezone.now() - row.last_seen_at).total_seconds():.0f} s ago"


@admin.register(FairShare)
class FairShareAdmin(ReadOnlyAdmin):
    list_display = ("person", "served_seconds")
    list_select_related = ("person",)
    search_fields = ("person__email",)
    ordering = ("-served_seconds",)
