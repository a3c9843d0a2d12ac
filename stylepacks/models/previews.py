"""Previews: pictures a curator asked for while making a version. No part of its digest."""

from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone

from stylepacks.models.packs import PackVersion


class Preview(models.Model):
    """One request for pictures of one version, a draft or a published one."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a renderer"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    version = models.ForeignKey(
        PackVersion, on_delete=models.CASCADE, related_name="preview_requests"
    )
    prompt = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    error = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version}: {self.prompt[:40]} ({self.state})"


class PreviewImage(models.Model):
    """One delivered picture of a preview."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="images")
    index = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="pack-previews/", max_length=300)

    class Meta:
        ordering = ["preview", "index"]
        constraints = [
            models.UniqueConstraint(fields=["preview", "index"], name="a_preview_image_an_index"),
        ]

    def __str__(self) -> str:
        return f"{self.preview}#{self.index}"


@receiver(models.signals.post_delete, sender=PreviewImage)
def _delete_file(instance: PreviewImage, **_: object) -> None:
    transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)))
