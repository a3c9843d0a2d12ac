"""Example pictures: what a pack made of its example prompts. No part of any version's digest."""

from functools import partial

from django.db import models, transaction
from django.dispatch import receiver

from stylepacks.models.packs import StylePack


class ExamplePicture(models.Model):
    """One picture and the prompt that it shows; a square WebP."""

    pack = models.ForeignKey(StylePack, on_delete=models.CASCADE, related_name="example_pictures")
    prompt = models.CharField(max_length=500)
    file = models.FileField(upload_to="examples/", max_length=300)

    class Meta:
        ordering = ["pack", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "prompt"], name="one_picture_an_example"),
        ]

    def __str__(self) -> str:
        return f"{self.pack}: {self.prompt[:40]}"


@receiver(models.signals.post_delete, sender=ExamplePicture)
def _delete_file(instance: ExamplePicture, **_: object) -> None:
    transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)))
