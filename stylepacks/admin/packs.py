"""Where a curator makes a pack, reads its history and takes it off the shelf."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, TabularInline

from stylepacks import publishing
from stylepacks.admin.forms import StylePackForm
from stylepacks.admin.labels import PACK_COLOURS, VERSION_COLOURS, labelled
from stylepacks.admin.versions import View, state_of
from stylepacks.models import Checkpoint, PackVersion, StylePack


class VersionInline(TabularInline):  # type: ignore[misc]
    """The history: every version, newest first, to read and to open."""

    model = PackVersion
    extra = 0
    fields = ("version", "state", "short_digest", "published_at", "published_by", "notes")
    readonly_fields = fields
    hide_title = True
    can_delete = False
    verbose_name_plural = "History of versions"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="version")
    def version(self, version: PackVersion) -> SafeString:
        address = reverse("admin:stylepacks_packversion_change", args=[version.pk])
        link = '<a class="text-primary-600 underline" href="{}">version {}</a>'
        return format_html(link, address, version.number)

    @labelled("state", VERSION_COLOURS)
    def state(self, version: PackVersion) -> str:
        return state_of(version)

    @admin.display(description="digest")
    def short_digest(self, version: PackVersion) -> str:
        return version.digest[:12] or "–"


@admin.register(StylePack)
class StylePackAdmin(ModelAdmin):  # type: ignore[misc]
    form = StylePackForm
    list_display = ("thumbnail", "name", "shelf_state", "kind", "live", "version_count", "promise")
    list_display_links = ("thumbnail", "name")
    list_filter = ("state", "kind")
    list_select_related = ("live_version",)
    search_fields = ("name", "slug", "promise")
    prepopulated_fields = {"slug": ("name",)}
    change_form_outer_before_template = "admin/stylepacks/stylepack/panel.html"
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("kind", "look_family"), "promise", "description")}),
        ("To be found by", {"fields": ("tags", "suits", "position")}),
    )

    class Media:
        css = {"all": ("stylepacks/desk.css",)}

    # --- What may be seen and changed ------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[StylePack]:
        counted: QuerySet[StylePack] = super().get_queryset(request)
        return counted.annotate(how_many=Count("versions"))

    def get_inlines(self, request: HttpRequest, obj: StylePack | None) -> Any:
        return (VersionInline,) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: StylePack | None = None) -> Any:
        return ("slug", "kind") if _was_published(obj) else ()

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: StylePack | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: StylePack | None = None) -> bool:
        return not _was_published(obj) and bool(super().has_delete_permission(request, obj))

    def response_add(
        self, request: HttpRequest, obj: StylePack, post_url_continue: str | None = None
    ) -> HttpResponse:
        checkpoint = Checkpoint.objects.order_by("-is_default", "pk").first()
        if checkpoint is None or "_save" not in request.POST:
            return super().response_add(request, obj, post_url_continue)  # type: ignore[no-any-return]
        draft = _first_draft(obj, checkpoint)
        self.message_user(
            request, f"{obj} is here. Give its first version its LoRAs, then preview and publish."
        )
        return _to_version(draft)

    # --- Buttons of the panel ---------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def address(route: str, view: View, name: str) -> URLPattern:
            guarded: View = self.admin_site.admin_view(view)
            return path(route, guarded, name=f"stylepacks_{name}")

        return [
            address("<int:pk>/retire/", require_POST(self.retire), "retire_pack"),
            address("<int:pk>/offer/", require_POST(self.offer), "offer_pack"),
            address("<int:pk>/draft/", require_POST(self.draft), "draft_pack"),
            address("<int:pk>/cover/", self.cover, "pack_cover"),
            *super().get_urls(),
        ]

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        pack = self._pack(request, pk)
        publishing.retire(pack, request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{pack} is retired: it takes no new pictures.")
        return _to_pack(pack)

    def offer(self, request: HttpRequest, pk: int) -> HttpResponse:
        pack = self._pack(request, pk)
        if pack.live_version is None:
            said = f"{pack} has no published version yet: publish one first."
            self.message_user(request, said, messages.ERROR)
        else:
            publishing.republish(pack.live_version, request.user)  # type: ignore[arg-type]
            self.message_user(request, f"{pack} is on offer again.")
        return _to_pack(pack)

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        pack = self._pack(request, pk)
        newest = pack.live_version or pack.versions.first()
        checkpoint = Checkpoint.objects.order_by("-is_default", "pk").first()
        if newest is not None:
            return _to_version(publishing.draft_from(newest))
        if checkpoint is not None:
            return _to_version(_first_draft(pack, checkpoint))
        said = "There is no checkpoint yet: add one first."
        self.message_user(request, said, messages.ERROR)
        return _to_pack(pack)

    def cover(self, request: HttpRequest, pk: int) -> FileResponse:
        pack = self._pack(request, pk, "view")
        if not pack.cover or not pack.cover.storage.exists(str(pack.cover.name)):
            raise Http404
        return FileResponse(pack.cover.open("rb"))

    def _pack(self, request: HttpRequest, pk: int, right: str = "change") -> StylePack:
        if not request.user.has_perm(f"stylepacks.{right}_stylepack"):
            raise PermissionDenied
        return get_object_or_404(StylePack, pk=pk)

    # --- What the pages show --------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "pack": self.get_object(request, object_id)}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @admin.display(description="")
    def thumbnail(self, pack: StylePack) -> SafeString:
        if not pack.cover:
            return format_html('<span class="{}">no cover</span>', "text-base-400")
        return format_html(
            '<img src="{}" alt="" width="56" height="56" style="border-radius:8px;'
            'width:56px;height:56px;object-fit:cover">',
            reverse("admin:stylepacks_pack_cover", args=[pack.pk]),
        )

    @labelled("state", PACK_COLOURS)
    def shelf_state(self, pack: StylePack) -> str:
        return pack.get_state_display()

    @admin.display(description="live")
    def live(self, pack: StylePack) -> str:
        return f"version {pack.live_version.number}" if pack.live_version else "–"

    @admin.display(description="versions")
    def version_count(self, pack: StylePack) -> int:
        return int(getattr(pack, "how_many", 0))


def _was_published(pack: StylePack | None) -> bool:
    return pack is not None and pack.versions.filter(published_at__isnull=False).exists()


def _first_draft(pack: StylePack, checkpoint: Checkpoint) -> PackVersion:
    return PackVersion.objects.create(
        pack=pack,
        number=publishing.next_number(pack),
        checkpoint=checkpoint,
        width=checkpoint.default_width,
        height=checkpoint.default_height,
    )


def _to_version(version: PackVersion) -> HttpResponseRedirect:
    return redirect(reverse("admin:stylepacks_packversion_change", args=[version.pk]))


def _to_pack(pack: StylePack) -> HttpResponseRedirect:
    return redirect(reverse("admin:stylepacks_stylepack_change", args=[pack.pk]))
