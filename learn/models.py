"""The glossary's terms: brought in from files, then the admin's to change."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from learn.shipped_pictures import address_of, known_names

CONTENT = (
    "name",
    "also",
    "group",
    "definition",
    "how_it_works",
    "why_it_matters",
    "used_for",
    "questions",
    "related",
    "pictures",
    "try_it",
)


class TermQuerySet(models.QuerySet["Term"]):
    """Terms by who may read them."""

    def published(self) -> QuerySet["Term"]:
        """Those that everybody may read, by name."""
        return self.filter(is_published=True)


class Term(models.Model):
    """One word and what it means."""

    class Group(models.TextChoices):
        START = "start", _("Start here")
        LOOK = "look", _("Styles and LoRAs")
        MODEL = "model", _("Inside the model")
        SHAPE = "shape", _("Guiding and editing")
        TRUST = "trust", _("Files and trust")

    slug = models.SlugField(
        unique=True, help_text="Its address: small letters, digits and hyphens. Keep it for ever."
    )
    name = models.CharField(max_length=60, help_text="The word, as a heading")
    also = models.JSONField(default=list, blank=True, help_text="Other names, found by the filter")
    group = models.CharField(max_length=10, choices=Group, default=Group.START)
    definition = models.CharField(max_length=240, help_text="One sentence that stands alone")
    how_it_works = models.TextField(help_text="Paragraphs; [[seed]] or [[seed|seeds]] links a term")
    why_it_matters = models.TextField(help_text="What a maker gains from knowing it")
    used_for = models.JSONField(default=list, blank=True, help_text="One use per line")
    questions = models.JSONField(default=list, blank=True)
    related = models.JSONField(default=list, blank=True, help_text="Addresses of other terms")
    pictures = models.JSONField(default=list, blank=True)
    try_it = models.JSONField(default=dict, blank=True)
    is_published = models.BooleanField("published", default=True)
    installed_digest = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("term", args=[self.slug])

    @property
    def thumbnail(self) -> str:
        """The address of its first shipped picture; empty without one. Asks no database."""
        names = (str(row.get("show")) for row in self.pictures)
        return next((address_of(name) for name in names if name in known_names()), "")

    @property
    def content(self) -> dict[str, Any]:
        """Everything a file says about it."""
        return {name: getattr(self, name) for name in CONTENT}
