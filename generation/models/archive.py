"""What was asked for long ago and left no picture, apart from the tables that work is done in."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Archived(models.Model):
    """Written once. On PostgreSQL the table is partitioned by the month of `ended_at`.

    `content` is, of a generation, its row and its incidents as Django serialises them; of an
    entry of the ledger, `[index, state, held at, closed at]` for each image.
    """

    class Kind(models.TextChoices):
        GENERATION = "generation"
        LEDGER = "ledger"

    pk = models.CompositePrimaryKey("ended_at", "kind", "reference")
    ended_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=64, help_text="The generation, or what holds name")
    # No constraint in the database: a new partition would have to lock the people for it.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["reference"], name="archived_by_reference")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
