"""Links that show one picture to people without an account here."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.generations import GeneratedImage


def new_token() -> str:
    return secrets.token_urlsafe(16)


class Share(models.Model):
    """One picture's link. Revoking deletes the row; a later link has another token."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares"
    )
    image = models.OneToOneField(GeneratedImage, on_delete=models.CASCADE, related_name="share")
    is_public = models.BooleanField(default=False, help_text="May be listed and found by search")
    shows_prompt = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.image} {'public' if self.is_public else 'unlisted'}"
