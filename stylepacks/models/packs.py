"""Packs: what people pick, and the versions that fix exactly how it renders."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from stylepacks.models.weights import Checkpoint, Lora

LINEAR_CURVE = [[0, 0.0], [100, 1.0]]


def default_curve() -> list[list[float]]:
    return [list(point) for point in LINEAR_CURVE]


class StylePack(models.Model):
    """The thing people pick. What it renders is decided by its `live_version`."""

    class Kind(models.TextChoices):
        STYLE = "style", "Style"
        CHARACTER = "character", "Character"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.STYLE)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    promise = models.CharField(max_length=140, help_text="One line a visitor understands")
    description = models.TextField(blank=True)
    look_family = models.CharField(max_length=30, blank=True, help_text="print, paint, pixel …")
    tags = models.JSONField(default=list, blank=True)
    suits = models.JSONField(default=list, blank=True)
    cover = models.FileField(upload_to="covers/", blank=True, max_length=300)
    live_version = models.ForeignKey(
        "PackVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="live_in"
    )
    position = models.PositiveIntegerField(default=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "style pack"

    def __str__(self) -> str:
        return self.name


class PackVersion(models.Model):
    """Everything that decides a pack's pixels. Frozen, with a digest, once published."""

    class Policy(models.TextChoices):
        FIXED = "fixed", "Fixed by the curator"
        RANGE = "range", "Within a range"
        FREE = "free", "Free"

    pack = models.ForeignKey(StylePack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="versions")
    template = models.CharField(max_length=1000, default="{prompt}, {trigger}")
    negative = models.CharField(max_length=1000, blank=True)
    sampler = models.CharField(max_length=30, default="dpmpp_2m")
    steps = models.PositiveIntegerField(default=16)
    guidance = models.FloatField(default=4.0)
    width = models.PositiveIntegerField(default=512)
    height = models.PositiveIntegerField(default=512)
    strength = models.PositiveSmallIntegerField(default=85)
    strength_curve = models.JSONField(default=default_curve)
    field_policy = models.JSONField(
        default=dict, blank=True, help_text='{"strength": {"policy": "range", "min": 40, "max": 100}}'
    )
    examples = models.JSONField(default=list, blank=True)
    license = models.CharField(max_length=60, default="Apache-2.0", help_text="SPDX identifier")
    notes = models.TextField(blank=True, help_text="What changed, for people reading the history")
    digest = models.CharField(max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pack", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="one_version_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.pack} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class PackLora(models.Model):
    """One LoRA in a version: its weight range, trigger and order."""

    class TriggerPosition(models.TextChoices):
        START = "start", "Before the words"
        END = "end", "After the words"

    version = models.ForeignKey(PackVersion, on_delete=models.CASCADE, related_name="loras")
    lora = models.ForeignKey(Lora, on_delete=models.PROTECT, related_name="uses")
    order = models.PositiveSmallIntegerField(default=0)
    weight_min = models.FloatField(default=0.0)
    weight_max = models.FloatField(default=1.0)
    trigger = models.CharField(max_length=120, blank=True)
    trigger_position = models.CharField(
        max_length=5, choices=TriggerPosition, default=TriggerPosition.END
    )
    trigger_required = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "LoRA in a pack"
        verbose_name_plural = "LoRAs in the pack"
        constraints = [
            models.UniqueConstraint(fields=["version", "lora"], name="a_lora_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.lora} in {self.version}"
