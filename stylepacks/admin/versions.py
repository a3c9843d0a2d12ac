"""Where a curator makes a version: a draft until it is published, read-only ever after."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, TabularInline

from stylepacks import previews, publishing
from stylepacks.admin.fields import CurveField
from stylepacks.admin.forms import PackLoraForm, PackVersionForm
from stylepacks.admin.labels import VERSION_COLOURS, labelled
from stylepacks.errors import PackError, PublishingRefused
from stylepacks.models import PackLora, PackVersion, PreviewImage
from stylepacks.shapes import shapes_of

View = Callable[..., HttpResponseBase]
FIELDS = {
    "Look": (("pack", "checkpoint"), "template", "negative"),
    "Strength": (
        ("strength", "strength_policy"),
        ("strength_from", "strength_to"),
        "strength_curve",
    ),
    "Picture": (("width", "height"), "aspects", ("steps", "guidance"), "sampler"),
    "Words with it": ("examples", ("license", "notes")),
    "Preview": ("preview_prompt",),
}
FROZEN_FIELDS = {
    "Look": (("pack", "checkpoint"), "template", "negative"),
    "Strength": (("strength", "makers_may"), "curve"),
    "Picture": (("width", "height"), ("steps", "guidance"), "sampler"),
    "Words with it": ("example_lines", ("license", "notes")),
}


class PackLoraInline(TabularInline):  # type: ignore[misc]
    model = PackLora
    form = PackLoraForm
    extra = 0
    fields = (
        "lora", "trigger", "trigger_position", "trigger_required", "weight_min", "weight_max",
        "order",
    )  # fmt: skip
    verbose_name = "LoRA"
    verbose_name_plural = "LoRAs"
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_delete_permission(request, obj))


@admin.register(PackVersion)
class PackVersionAdmin(ModelAdmin):  # type: ignore[misc]
    form = PackVersionForm
    inlines = (PackLoraInline,)
    list_display = ("__str__", "state", "checkpoint", "short_digest", "published_at", "notes")
    list_filter = ("pack",)
    list_select_related = ("pack", "checkpoint")
    search_fields = ("pack__name", "digest", "notes")
    change_form_outer_before_template = "admin/stylepacks/packversion/panel.html"
    conditional_fields = {
        "strength_from": "strength_policy == 'range'",
        "strength_to": "strength_policy == 'range'",
    }
    warn_unsaved_form = True
    ordering = ("pack__position", "pack__name", "-number")

    class Media:
        css = {"all": ("stylepacks/desk.css",)}
        js = ("stylepacks/previews.js",)

    # --- What may be seen and changed ------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: PackVersion | None = None) -> Any:
        shown = FROZEN_FIELDS if _is_frozen(obj) else FIELDS
        return tuple((title, {"fields": fields}) for title, fields in shown.items())

    def get_readonly_fields(self, request: HttpRequest, obj: PackVersion | None = None) -> Any:
        if _is_frozen(obj):
            return ("makers_may", "curve", "example_lines")
        return ("pack",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_delete_permission(request, obj))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"license": "Apache-2.0", **super().get_changeform_initial_data(request)}

    # --- Saving, previewing, publishing -----------------------------------------------------

    def save_model(self, request: HttpRequest, obj: PackVersion, form: Any, change: bool) -> None:
        if not change:
            obj.number = publishing.next_number(obj.pack)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: PackVersion, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._next_step(request, obj) or super().response_add(request, obj)

    def response_change(self, request: HttpRequest, obj: PackVersion) -> HttpResponse:
        return self._next_step(request, obj) or super().response_change(request, obj)

    def _next_step(self, request: HttpRequest, version: PackVersion) -> HttpResponse | None:
        if "_preview" in request.POST:
            prompt = request.POST.get("preview_prompt", "")
            self._try(request, lambda: _ask_for_preview(request, version, prompt))
        elif "_publish" in request.POST:
            self._try(request, lambda: _publish(request, version))
        elif "_save" not in request.POST:
            return None
        return _to_version(version)

    def _try(self, request: HttpRequest, step: Callable[[], str]) -> None:
        try:
            self.message_user(request, step(), messages.SUCCESS)
        except PublishingRefused as refused:
            for problem in refused.problems:
                self.message_user(request, problem, messages.ERROR)
        except PackError as error:
            self.message_user(request, str(error), messages.ERROR)

    # --- Buttons of the panel -------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def address(route: str, view: View, name: str) -> URLPattern:
            guarded: View = self.admin_site.admin_view(view)
            return path(route, guarded, name=f"stylepacks_{name}")

        return [
            address("<int:pk>/new-version/", require_POST(self.new_version), "new_version"),
            address("<int:pk>/make-live/", require_POST(self.make_live), "make_live"),
            address("<int:pk>/preview/", require_POST(self.preview), "preview"),
            address("pictures/<int:pk>/", self.picture, "picture"),
            address("pictures/<int:pk>/cover/", require_POST(self.cover), "use_as_cover"),
            *super().get_urls(),
        ]

    def new_version(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        draft = publishing.draft_from(version)
        self.message_user(request, f"{draft} is a draft with everything {version} has.")
        return _to_version(draft)

    def make_live(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(request, pk)
        self._try(request, lambda: _make_live(request, version))
        return _to_version(version)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        version, prompt = self._version(request, pk), request.POST.get("prompt", "")
        self._try(request, lambda: _ask_for_preview(request, version, prompt))
        return _to_version(version)

    def picture(self, request: HttpRequest, pk: int) -> FileResponse:
        image = self._picture(request, pk)
        try:
            return FileResponse(image.file.open("rb"))
        except FileNotFoundError as error:
            raise Http404 from error

    def cover(self, request: HttpRequest, pk: int) -> HttpResponse:
        image = self._picture(request, pk)
        self._try(request, lambda: _use_as_cover(image))
        return _to_version(image.preview.version)

    def _version(self, request: HttpRequest, pk: int) -> PackVersion:
        if not request.user.has_perm("stylepacks.change_packversion"):
            raise PermissionDenied
        return get_object_or_404(PackVersion.objects.select_related("pack"), pk=pk)

    def _picture(self, request: HttpRequest, pk: int) -> PreviewImage:
        if not request.user.has_perm("stylepacks.change_packversion"):
            raise PermissionDenied
        return get_object_or_404(PreviewImage, pk=pk)

    # --- What the pages show --------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        version = self.get_object(request, object_id)
        panel = _panel(version) if version else {}
        context = {**(extra_context or {}), **panel}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @labelled("state", VERSION_COLOURS)
    def state(self, version: PackVersion) -> str:
        return state_of(version)

    @admin.display(description="digest")
    def short_digest(self, version: PackVersion) -> str:
        return version.digest[:12] or "–"

    @admin.display(description="makers may")
    def makers_may(self, version: PackVersion) -> str:
        policy = version.field_policy.get("strength", {})
        if policy.get("policy") == "fixed":
            dial = "not move the dial"
        else:
            dial = f"use the dial from {policy.get('min', 0)} to {policy.get('max', 100)}"
        return f"{dial}; pick {', '.join(shapes_of(version).names)}"

    @admin.display(description="strength curve")
    def curve(self, version: PackVersion) -> str:
        return CurveField().prepare_value(version.strength_curve) or ""

    @admin.display(description="examples")
    def example_lines(self, version: PackVersion) -> str:
        return "\n".join(version.examples)


def state_of(version: PackVersion) -> str:
    """One word for where a version stands: draft, live or published."""
    if not version.is_published:
        return "draft"
    return "live" if version.pack.live_version_id == version.pk else "published"


def _is_frozen(version: object) -> bool:
    return isinstance(version, PackVersion) and version.is_published


def _to_version(version: PackVersion) -> HttpResponseRedirect:
    return redirect(reverse("admin:stylepacks_packversion_change", args=[version.pk]))


def _panel(version: PackVersion) -> dict[str, Any]:
    asked = version.preview_requests.prefetch_related("images")
    return {
        "version": version,
        "state": state_of(version),
        "problems": [] if version.is_published else publishing.problems(version),
        "warnings": publishing.warnings(version),
        "previews": asked[: previews.KEPT_PREVIEWS],
        "is_waiting": any(preview.state == "waiting" for preview in asked),
    }


def _publish(request: HttpRequest, version: PackVersion) -> str:
    published = publishing.publish(version, request.user)  # type: ignore[arg-type]
    return f"{published} is live, with the digest {published.digest[:12]}. It can no longer change."


def _make_live(request: HttpRequest, version: PackVersion) -> str:
    publishing.republish(version, request.user)  # type: ignore[arg-type]
    return f"{version} is what the pack renders now."


def _ask_for_preview(request: HttpRequest, version: PackVersion, prompt: str) -> str:
    previews.request(version, prompt, request.user)  # type: ignore[arg-type]
    return "The preview is on its way: it appears here when it is rendered."


def _use_as_cover(image: PreviewImage) -> str:
    previews.use_as_cover(image)
    return f"It is the cover of {image.preview.version.pack} now."
