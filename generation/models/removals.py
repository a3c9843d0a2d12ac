"""Pictures on their way out: hidden at once, for ten minutes still to be brought back."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Removal(models.Model):
    """One deed of one person. What points here is shown to nobody; undoing deletes this row.

    `is_final` is set before the first file goes, so that nothing half gone can be brought back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="removals"
    )
    count = models.PositiveIntegerField(default=0)
    is_final = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.count} pictures at {self.made_at:%H:%M}"
