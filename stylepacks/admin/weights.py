"""Where curators take in LoRAs and operators register checkpoints."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts import limits
from stylepacks import intake
from stylepacks.admin.forms import CheckpointForm, LoraUploadForm
from stylepacks.errors import LoraUnfit
from stylepacks.models import Checkpoint, Lora, PackVersion

FACTS = ("family", "rank", "cross_attention_width", "tensor_count", "size", "sha256")


@admin.register(Lora)
class LoraAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "family", "rank", "cross_attention_width", "size", "license", "uses")
    list_filter = ("family",)
    search_fields = ("name", "slug", "suggested_trigger", "sha256")
    fieldsets = (
        (None, {"fields": ("name", "license", "suggested_trigger")}),
        ("Read from the file", {"fields": FACTS}),
        ("Used in", {"fields": ("versions",)}),
    )
    add_fieldsets = ((None, {"fields": ("file", "name", "license")}),)
    readonly_fields = (*FACTS, "versions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lora]:
        counted: QuerySet[Lora] = super().get_queryset(request).annotate(use_count=Count("uses"))
        return counted

    def get_form(self, request: HttpRequest, obj: Lora | None = None, **options: Any) -> Any:
        if obj is None:
            options["form"] = LoraUploadForm
            options["fields"] = ("name", "license")
        return super().get_form(request, obj, **options)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Lora:
        if change:
            return cast(Lora, super().save_form(request, form, change))
        # The whole row comes from the file; LoraUploadForm has examined it.
        given = form.cleaned_data
        form.instance = intake.add_lora(given["file"], given["name"], given["license"])
        return cast(Lora, form.instance)

    def save_model(self, request: HttpRequest, obj: Lora, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["name", "license", "suggested_trigger"])
            return
        self.message_user(
            request,
            f"It is a {obj.family} LoRA of rank {obj.rank}. Put it into a pack next.",
            messages.INFO,
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        return  # a LoRA's row has no relations of its own

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            limits.check("upload", request)
        try:
            answer: HttpResponse = super().add_view(request, form_url, extra_context)
        except LoraUnfit as error:
            # Sound when it was examined, refused when it was stored: a full disk, a race.
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:stylepacks_lora_add")
        return answer

    def has_delete_permission(self, request: HttpRequest, obj: Lora | None = None) -> bool:
        if obj is not None and (obj.uses.exists() or obj.drafts_of.exists()):
            return False
        return bool(super().has_delete_permission(request, obj))

    @admin.display(description="size", ordering="byte_size")
    def size(self, lora: Lora) -> str:
        return filesizeformat(lora.byte_size)

    @admin.display(description="used in", ordering="use_count")
    def uses(self, lora: Lora) -> str:
        count = getattr(lora, "use_count", 0)
        return f"{count} version{'' if count == 1 else 's'}"

    @admin.display(description="versions")
    def versions(self, lora: Lora) -> SafeString | str:
        found = PackVersion.objects.filter(loras__lora=lora).select_related("pack")
        pairs = [
            (reverse("admin:stylepacks_packversion_change", args=[version.pk]), str(version))
            for version in found
        ]
        link = '<a class="text-primary-600 underline" href="{}">{}</a>'
        return format_html_join(", ", link, pairs) or "no pack yet"


@admin.register(Checkpoint)
class CheckpointAdmin(ModelAdmin):  # type: ignore[misc]
    form = CheckpointForm
    list_display = ("name", "slug", "family", "location", "short_digest", "is_default")
    list_filter = ("family",)
    search_fields = ("name", "slug", "digest")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("source", "digest", "cross_attention_width", "known_words")
    fieldsets = (
        (None, {"fields": ("name", "slug", "family", "location", "license", "is_default")}),
        (
            "What makers meet",
            {"fields": (("default_width", "default_height"), "max_prompt_tokens")},
        ),
        (
            "Drafts",
            {"fields": ("draft_lora", ("draft_steps", "draft_guidance", "draft_sampler"))},
        ),
        (
            "Read from the files",
            {"fields": ("source", "digest", "cross_attention_width", "known_words")},
        ),
    )

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Checkpoint | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Checkpoint | None = None) -> bool:
        if obj is not None and obj.versions.exists():
            return False
        return bool(super().has_delete_permission(request, obj))

    @admin.display(description="words it knows")
    def known_words(self, checkpoint: Checkpoint) -> SafeString | str:
        groups = checkpoint.vocabulary.items()
        rows = ((name.replace("_", " "), ", ".join(phrases)) for name, phrases in groups)
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", rows) or "no such list"

    @admin.display(description="digest")
    def short_digest(self, checkpoint: Checkpoint) -> str:
        return checkpoint.digest[:12]
