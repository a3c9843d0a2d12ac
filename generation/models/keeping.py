"""What a person keeps of their pictures."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.generations import GeneratedImage


class Favourite(models.Model):
    """A picture its person likes best. One row while it is so, none otherwise."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites"
    )
    image = models.ForeignKey(GeneratedImage, on_delete=models.CASCADE, related_name="favourites")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "image"], name="a_favourite_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-added_at", "-id"], name="favourites_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.image}"
