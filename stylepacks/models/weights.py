"""Weights: base models and LoRA files, each known by the SHA-256 of its bytes."""

from functools import partial

from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone


class Family(models.TextChoices):
    SD15 = "sd15", "Stable Diffusion 1.5"
    SDXL = "sdxl", "SDXL"
    FLUX = "flux", "FLUX.1"
    Z_IMAGE = "z-image", "Z-Image"
    QWEN_IMAGE = "qwen-image", "Qwen-Image"


class Checkpoint(models.Model):
    """A base model: a diffusers folder, and what was read from it when it was brought in.

    `files` has the SHA-256 of each file, by its path in the folder; `digest` stands for them all.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    family = models.CharField(max_length=20, choices=Family)
    location = models.CharField(
        max_length=500,
        help_text="A diffusers folder on the machines that render. `manage.py add_checkpoint` "
        "makes one of a single .safetensors file or of a model on the Hugging Face hub.",
    )
    source = models.CharField(
        max_length=500,
        blank=True,
        editable=False,
        help_text="Where it was brought in from, with the revision or the file's SHA-256",
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)
    files = models.JSONField(default=dict, blank=True, editable=False)
    license = models.CharField(max_length=60, help_text="SPDX identifier, such as Apache-2.0")
    cross_attention_width = models.PositiveIntegerField(
        default=0, editable=False, help_text="0 where the family has none or it is not known"
    )
    max_prompt_tokens = models.PositiveIntegerField(
        default=75, help_text="What the text encoder reads: 75 for CLIP, 512 for T5"
    )
    default_width = models.PositiveIntegerField(default=512)
    default_height = models.PositiveIntegerField(default=512)
    vocabulary = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="The words it can draw, by group; empty for a model without such a list",
    )
    is_default = models.BooleanField(default=False, help_text="Offered first for new packs")
    draft_lora = models.ForeignKey(
        "Lora",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="drafts_of",
        verbose_name="draft LoRA",
        help_text="Distilled for few steps; without one this base model makes no drafts",
    )
    draft_steps = models.PositiveSmallIntegerField(default=4)
    draft_guidance = models.FloatField(default=1.0)
    draft_sampler = models.CharField(max_length=30, default="ddim")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Lora(models.Model):
    """One safetensors file that was checked at intake; never edited after."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    file = models.FileField(upload_to="loras/", max_length=300)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    family = models.CharField(max_length=20, choices=Family, editable=False)
    rank = models.PositiveIntegerField(default=0, editable=False)
    byte_size = models.PositiveBigIntegerField(default=0, editable=False)
    tensor_count = models.PositiveIntegerField(default=0, editable=False)
    cross_attention_width = models.PositiveIntegerField(default=0, editable=False)
    suggested_trigger = models.CharField(
        max_length=120, blank=True, help_text="Offered when the LoRA is put into a pack"
    )
    license = models.CharField(max_length=60, help_text="SPDX identifier, such as Apache-2.0")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "LoRA"
        verbose_name_plural = "LoRAs"

    def __str__(self) -> str:
        return self.name


@receiver(models.signals.post_delete, sender=Lora)
def _delete_file(instance: Lora, **_: object) -> None:
    transaction.on_commit(partial(instance.file.storage.delete, str(instance.file.name)))
