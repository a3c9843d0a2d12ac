"""Links that show one picture to people without an account here."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.generations import GeneratedImage
from stylepacks.models import StylePack

LISTED = models.Q(listed_at__isnull=False)


def new_token() -> str:
    return secrets.token_urlsafe(16)


class Share(models.Model):
    """One picture's link. Revoking deletes the row; a later link has another token.

    A public one hangs in the gallery from `listed_at` on. Its packs and its likes stand here as
    well, so that the gallery walks one index whatever it is sorted and narrowed by.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares"
    )
    image = models.OneToOneField(GeneratedImage, on_delete=models.CASCADE, related_name="share")
    shows_prompt = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    listed_at = models.DateTimeField(null=True, editable=False)
    like_count = models.PositiveIntegerField(default=0, editable=False)
    pack = models.ForeignKey(StylePack, on_delete=models.CASCADE, null=True, related_name="+")
    second_pack = models.ForeignKey(
        StylePack, on_delete=models.CASCADE, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["-listed_at", "-id"], name="gallery_newest", condition=LISTED),
            models.Index(
                fields=["-like_count", "-id"], name="gallery_most_liked", condition=LISTED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image} {'public' if self.is_public else 'unlisted'}"

    @property
    def is_public(self) -> bool:
        """In the gallery, and found by search; else only whoever has the link sees it."""
        return self.listed_at is not None

    @property
    def shown_prompt(self) -> str:
        """The words, where their owner shows them."""
        return self.image.generation.prompt if self.shows_prompt else ""
