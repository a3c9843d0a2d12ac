"""What went wrong with a generation, one row a try: the evidence beside a dead letter."""

from django.db import models
from django.utils import timezone

from generation.models.generations import Generation


class Incident(models.Model):
    """One try that did not end well. `companions` shared its claim, and may be the cause."""

    class Cause(models.TextChoices):
        DIED = "died", "its worker died"
        REFUSED = "refused", "it was refused"

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="incidents")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    happened_at = models.DateTimeField(default=timezone.now)
    worker = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, help_text="How far the try had come")
    step = models.PositiveSmallIntegerField(default=0)
    total_steps = models.PositiveSmallIntegerField(default=0)
    claim_token = models.UUIDField(null=True, help_text="Shared by all rows of one batch")
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} at step {self.step} on {self.worker}"

    @property
    def companions(self) -> int:
        """Other rows that the same claim went wrong for."""
        shared = Incident.objects.filter(claim_token=self.claim_token, cause=self.cause)
        return shared.exclude(generation=self.generation_id).count()


class DeadLetter(Generation):
    """A generation that was given up; the admin's view of it."""

    class Meta:
        proxy = True
        ordering = ["-finished_at"]
