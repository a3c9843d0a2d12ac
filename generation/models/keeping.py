"""What a person keeps of their pictures."""

import uuid

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


class Board(models.Model):
    """A named wall of pictures."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="boards"
    )
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=timezone.now)
    images = models.ManyToManyField(GeneratedImage, through="OnBoard", related_name="boards")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class OnBoard(models.Model):
    """One picture on one board."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="places")
    image = models.ForeignKey(GeneratedImage, on_delete=models.CASCADE, related_name="places")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["board", "image"], name="on_a_board_once"),
        ]
        indexes = [
            models.Index(fields=["board", "-added_at", "-id"], name="pictures_of_board"),
        ]

    def __str__(self) -> str:
        return f"{self.board}: {self.image_id}"
