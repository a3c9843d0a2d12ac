"""Where curators look at reported pictures and decide: keep, take out, let back."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from generation.gallery import moderating
from generation.image_serving import serve
from generation.models import Report, Standing
from generation.models.gallery import LONGEST_REPORT
from stylepacks.admin.labels import labelled

STATE_COLOURS = {"shown": "success", "hidden": "warning", "taken out": "danger"}
THUMBNAIL = (
    '<img src="{}" alt="" width="72" height="72" style="border-radius:8px;width:72px;'
    'height:72px;max-width:none;object-fit:cover">'
)


class Waiting(admin.SimpleListFilter):
    """The queue: what has open reports comes by itself; the rest when asked for."""

    title = gettext_lazy("what to show")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", _("Decided ones too"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Standing]) -> QuerySet[Standing]:
        is_settled = Q(state=Standing.State.TAKEN_OUT) | Q(state=Standing.State.SHOWN, open=0)
        return rows if self.value() == "all" else rows.exclude(is_settled)

    def choices(self, changelist: Any) -> Any:
        waiting, *others = super().choices(changelist)
        return [{**waiting, "display": _("Waiting for a look")}, *others]


@admin.register(Standing)
class StandingAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("thumbnail", "prompt", "shown_state", "open_reports", "reasons", "owner", "age")
    list_display_links = ("thumbnail", "prompt")
    list_filter = (Waiting,)
    list_select_related = ("image__generation__person",)
    search_fields = ("image__generation__prompt", "image__generation__person__email")
    actions = ("keep_all", "take_out_all")
    change_form_outer_before_template = "admin/generation/standing/panel.html"
    show_full_result_count = False

    class Media:
        css = {"all": ("stylepacks/desk.css",)}

    # --- What may be seen and changed ------------------------------------------------------

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # decided with the buttons alone, so that owners and history are told

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_decide_permission(request) or super().has_view_permission(request, obj)  # type: ignore[no-any-return]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.change_standing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Standing]:
        rows: QuerySet[Standing] = super().get_queryset(request)
        is_open = Q(image__reports__is_dismissed=False)
        counted = rows.annotate(
            open=Count("image__reports", filter=is_open), latest=Max("image__reports__made_at")
        )
        return counted.prefetch_related("image__reports__person").order_by("-open", "-latest")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return []  # the panel says it all

    # --- Decisions ---------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Keep in the gallery"), permissions=["decide"])
    def keep_all(self, request: HttpRequest, rows: QuerySet[Standing]) -> None:
        for standing in rows:
            self._keep(request, standing)
        self._say(request, rows, _("may hang in the gallery; the reports are dismissed."))

    @admin.action(description=gettext_lazy("Take out of the gallery"), permissions=["decide"])
    def take_out_all(self, request: HttpRequest, rows: QuerySet[Standing]) -> None:
        for standing in rows:
            self._take_out(request, standing, "")
        self._say(request, rows, _("out of the gallery for good; the owner reads why."))

    def keep(self, request: HttpRequest, pk: int) -> HttpResponse:
        standing = self._standing(request, pk)
        self._keep(request, standing)
        self.message_user(request, _("It may hang in the gallery; the reports are dismissed."))
        return _to_queue()

    def take_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        standing = self._standing(request, pk)
        self._take_out(request, standing, request.POST.get("why", ""))
        self.message_user(request, _("It is out of the gallery for good; its owner reads why."))
        return _to_queue()

    def _keep(self, request: HttpRequest, standing: Standing) -> None:
        moderating.keep(standing, request.user)  # type: ignore[arg-type]
        self.log_change(request, standing, "Kept in the gallery.")

    def _take_out(self, request: HttpRequest, standing: Standing, why: str) -> None:
        said = " ".join(why.replace("\0", "").split())[:LONGEST_REPORT]
        told = said or moderating.usual_reason(standing)
        moderating.take_out(standing, request.user, told)  # type: ignore[arg-type]
        self.log_change(request, standing, f"Taken out of the gallery: {told}")

    def _say(self, request: HttpRequest, rows: QuerySet[Standing], what: str) -> None:
        count = len(rows)
        said = ngettext("%(count)d picture", "%(count)d pictures", count) % {"count": count}
        self.message_user(request, f"{said}: {what}")

    def _standing(self, request: HttpRequest, pk: int) -> Standing:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        return get_object_or_404(Standing, pk=pk)

    # --- Pages ------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        guarded, name = self.admin_site.admin_view, "generation_standing_"
        return [
            path("<int:pk>/keep/", guarded(require_POST(self.keep)), name=f"{name}keep"),
            path(
                "<int:pk>/take-out/", guarded(require_POST(self.take_out)), name=f"{name}take_out"
            ),
            path("<int:pk>/picture/", guarded(self.picture), name=f"{name}picture"),
            *super().get_urls(),
        ]

    def picture(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The reported picture; `small` gives its thumbnail."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(Standing.objects.select_related("image"), pk=pk).image
        if "small" in request.GET:
            return serve(image.thumbnail, "image/webp")
        return serve(image.file, "image/png")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        shown = self.get_object(request, object_id)
        context = {
            **(extra_context or {}),
            "standing": shown,
            "may_decide": self.has_decide_permission(request),
            "usual_reason": moderating.usual_reason(shown) if shown else "",
        }
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    # --- What the queue shows ----------------------------------------------------------------

    @admin.display(description="")
    def thumbnail(self, row: Standing) -> SafeString:
        address = reverse("admin:generation_standing_picture", args=[row.pk])
        return format_html(THUMBNAIL, f"{address}?small")

    @admin.display(description=gettext_lazy("prompt"))
    def prompt(self, row: Standing) -> str:
        words = row.image.generation.prompt
        return words if len(words) <= 60 else f"{words[:59]}…"

    @labelled("state", STATE_COLOURS)
    def shown_state(self, row: Standing) -> str:
        return row.state

    @admin.display(description=gettext_lazy("open reports"), ordering="open")
    def open_reports(self, row: Standing) -> int:
        return int(getattr(row, "open", 0))

    @admin.display(description=gettext_lazy("reasons"))
    def reasons(self, row: Standing) -> str:
        told = {Report.Reason(each.reason).label for each in row.image.reports.all()}
        return "; ".join(sorted(str(label) for label in told))

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, row: Standing) -> str:
        return str(row.image.generation.person)

    @admin.display(description=gettext_lazy("latest report"), ordering="latest")
    def age(self, row: Standing) -> str:
        latest = getattr(row, "latest", None)
        return _("%(time)s ago") % {"time": timesince(latest)} if latest else "–"


def _to_queue() -> HttpResponse:
    return redirect(reverse("admin:generation_standing_changelist"))
