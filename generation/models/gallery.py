"""The public gallery: who likes what, who reported what, and what a curator decided."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.models.generations import GeneratedImage
from generation.models.sharing import Share

LONGEST_REPORT = 500


class Like(models.Model):
    """One person likes one picture, as its owner shared it; a new link starts at none."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes"
    )
    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="likes")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "person"], name="a_like_once")]

    def __str__(self) -> str:
        return f"{self.person} likes {self.share_id}"


class Report(models.Model):
    """One person's complaint about one picture. It outlives the picture's link."""

    class Reason(models.TextChoices):
        OFFENSIVE = "offensive", _("It is offensive or hurtful")
        RIGHTS = "rights", _("It shows somebody, or their work, without asking")
        SPIRIT = "spirit", _("It is not in the spirit of the gallery")
        OTHER = "other", _("Something else")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports"
    )
    image = models.ForeignKey(GeneratedImage, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    words = models.CharField(max_length=LONGEST_REPORT, blank=True)
    is_dismissed = models.BooleanField(default=False, help_text="A curator saw it and kept it")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "person"], name="a_report_once")]

    def __str__(self) -> str:
        return f"{self.image}: {self.reason}"


class Standing(models.Model):
    """How a reported picture stands with the gallery. Pictures nobody reported have no row."""

    class State(models.TextChoices):
        SHOWN = "shown", _("shown")
        HIDDEN = "hidden", _("hidden until a curator looks")
        TAKEN_OUT = "taken out", _("taken out")

    image = models.OneToOneField(GeneratedImage, on_delete=models.CASCADE, related_name="standing")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SHOWN)
    why = models.CharField(max_length=LONGEST_REPORT, blank=True, help_text="For its owner to read")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reported picture")
        verbose_name_plural = _("reported pictures")

    def __str__(self) -> str:
        return f"“{self.image.generation.prompt[:60]}”"


# What keeps a picture out of the gallery, whatever its owner chose.
KEPT_OUT = (Standing.State.HIDDEN, Standing.State.TAKEN_OUT)


def standing_of(image: Any) -> Standing | None:
    """The picture's standing, or None when nobody ever reported it."""
    return getattr(image, "standing", None)
