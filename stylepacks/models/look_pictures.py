"""Pictures that show a pack's look: the same prompts for every pack, and each stop of its dial."""

from functools import partial

from django.db import models, transaction
from django.dispatch import receiver

from stylepacks.models.packs import StylePack


class LookPicture(models.Model):
    """One picture with the words and seed that made it. No part of any version's digest.

    `place` is a sample's number in its row, or the strength that a dial picture was rendered at.
    """

    class Role(models.TextChoices):
        SAMPLE = "sample", "One of the prompts that every pack renders"
        DIAL = "dial", "A stop of the strength dial"

    pack = models.ForeignKey(StylePack, on_delete=models.CASCADE, related_name="look_pictures")
    role = models.CharField(max_length=6, choices=Role)
    place = models.PositiveSmallIntegerField()
    prompt = models.CharField(max_length=500)
    seed = models.PositiveBigIntegerField()
    file = models.FileField(upload_to="looks/", max_length=300)

    class Meta:
        ordering = ["pack", "role", "place"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "role", "place"], name="one_picture_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.pack}: {self.role} {self.place}"


@receiver(models.signals.post_delete, sender=LookPicture)
def _delete_file(instance: LookPicture, **_: object) -> None:
    transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)))
