"""A sheet of looks: one person's words, drawn once by every pack of a family."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from stylepacks.models import PackVersion


class LookSheet(models.Model):
    """Its tiles are generations, one draft a pack. The whole sheet takes one image's allowance."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="look_sheets"
    )
    prompt = models.TextField()
    seed = models.PositiveBigIntegerField()
    look_family = models.CharField(max_length=30, blank=True, help_text="Empty means all looks")
    character = models.ForeignKey(
        PackVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    idempotency_key = models.CharField(max_length=64)
    hold_number = models.PositiveSmallIntegerField(
        default=1, help_text="A sheet that was given back is held anew when it is tried again"
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "idempotency_key"], name="one_sheet_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt[:40]} in {self.look_family or 'every'} look"

    @property
    def is_coming(self) -> bool:
        """Whether any tile of its mosaic, where that was fetched, is still to be made."""
        return any(not tile.is_ended for tile in getattr(self, "mosaic", ()))

    @property
    def hold_reference(self) -> str:
        """Where the ledger keeps the one image this sheet may cost."""
        return f"{self.pk}/{self.hold_number}"
