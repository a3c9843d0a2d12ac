"""Workers that announce themselves, step previews in flight, and the fair-share counters."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.generations import Generation


class Worker(models.Model):
    """A process that owns one device; it is alive while `last_seen_at` is fresh."""

    name = models.CharField(max_length=120, unique=True)
    queue = models.CharField(max_length=40)
    device = models.CharField(max_length=80)
    loaded_checkpoint = models.CharField(max_length=200, blank=True)
    loaded_batch_key = models.CharField(max_length=64, blank=True)
    memory_note = models.CharField(max_length=200, blank=True)
    is_ready = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name} ({self.device})"


class StepPreview(models.Model):
    """The newest small preview of one image in flight; deleted when the image is delivered."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="previews")
    index = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    webp = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "index"], name="a_preview_an_image"),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id}#{self.index} step {self.step}"


class FairShare(models.Model):
    """A person's virtual counter of served device-seconds; the smallest is served next."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fair_share"
    )
    served_seconds = models.FloatField(default=0, db_index=True)
    served_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.served_seconds:.1f} s"
