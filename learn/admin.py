"""Where an admin writes terms: plain text boxes, a preview as it will be read, publish."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from learn.admin_fields import PicturesField, QuestionsField, TryItField
from learn.models import CONTENT, Term
from learn.rules.term_file import digest_of
from learn.views import term_context
from stylepacks.admin.fields import LinesField, WordsField
from stylepacks.admin.labels import labelled

STATE_COLOURS = {"Published": "success", "Hidden": "warning"}
ORIGIN_COLOURS = {"As shipped": "default", "Edited": "info", "Your own": "info"}


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    also = WordsField(
        required=False, label="Also called", help_text="Other names, with commas between them"
    )
    used_for = LinesField(required=False, help_text="One use per line")
    related = WordsField(
        required=False, help_text="Addresses of other terms, such as seed, lora-weight"
    )
    questions = QuestionsField(required=False)
    pictures = PicturesField(required=False)
    try_it = TryItField(required=False)

    class Meta:
        model = Term
        fields = ("slug", *CONTENT)
        widgets = {
            name: UnfoldAdminTextareaWidget(attrs={"rows": rows})
            for name, rows in {"definition": 2, "how_it_works": 8, "why_it_matters": 4}.items()
        }

    def clean_related(self) -> list[str]:
        """Only terms that exist, so that no link leads nowhere."""
        asked: list[str] = self.cleaned_data["related"]
        known = set(Term.objects.filter(slug__in=asked).values_list("slug", flat=True))
        if strange := [slug for slug in asked if slug not in known]:
            raise forms.ValidationError(
                f"There is no term “{strange[0]}”: write its address as in /learn/seed/."
            )
        return asked


@admin.register(Term)
class TermAdmin(ModelAdmin):  # type: ignore[misc]
    form = TermForm
    list_display = ("name", "shown", "group", "origin", "definition")
    list_filter = ("is_published", "group")
    search_fields = ("name", "slug", "definition")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("publish", "hide")
    change_form_outer_before_template = "admin/learn/term/panel.html"
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("group", "also"), "definition")}),
        ("To read", {"fields": ("how_it_works", "why_it_matters", "used_for", "questions")}),
        ("To see and to go on", {"fields": ("pictures", "try_it", "related")}),
    )

    class Media:
        css = {"all": ("stylepacks/desk.css",)}

    # --- What may be changed ---------------------------------------------------------------

    def get_prepopulated_fields(self, request: HttpRequest, obj: Term | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Term | None = None) -> Any:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Term | None = None) -> bool:
        # A shipped term would come back with the next start; hiding it lasts.
        is_shipped = obj is not None and bool(obj.installed_digest)
        return not is_shipped and bool(super().has_delete_permission(request, obj))

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Term, form: Any, change: bool) -> None:
        # A new term is written in peace and published with its own button.
        obj.is_published = obj.is_published if change else False
        super().save_model(request, obj, form, change)

    # --- Buttons ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", guarded(self.preview), name="learn_term_preview"),
            path("<int:pk>/show/", guarded(require_POST(self.switch)), name="learn_term_switch"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page as a reader gets it, from what is saved."""
        shown = self._term(request, pk, "view")
        return render(request, "learn/term.html", term_context(request, shown))

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish what is hidden, hide what is published."""
        term = self._term(request, pk, "change")
        term.is_published = not term.is_published
        term.save()
        said = "is published: everybody can read it." if term.is_published else "is hidden."
        self.message_user(request, f"{term} {said}")
        return redirect(reverse("admin:learn_term_change", args=[pk]))

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, terms: QuerySet[Term]) -> None:
        self._set(request, terms, True, "published")

    @admin.action(description="Hide", permissions=["change"])
    def hide(self, request: HttpRequest, terms: QuerySet[Term]) -> None:
        self._set(request, terms, False, "hidden")

    def _set(self, request: HttpRequest, terms: QuerySet[Term], to: bool, said: str) -> None:
        for term in terms:
            term.is_published = to
            term.save()
        self.message_user(request, f"{len(terms)} of the terms are {said} now.")

    def _term(self, request: HttpRequest, pk: int, right: str) -> Term:
        if not request.user.has_perm(f"learn.{right}_term"):
            raise PermissionDenied
        return get_object_or_404(Term, pk=pk)

    # --- What the pages show -------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        term = self.get_object(request, object_id)
        context = {**(extra_context or {}), "term": term, "origin": term and self.origin(term)}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @labelled("state", STATE_COLOURS)
    def shown(self, term: Term) -> str:
        return "Published" if term.is_published else "Hidden"

    @labelled("text", ORIGIN_COLOURS)
    def origin(self, term: Term) -> str:
        if not term.installed_digest:
            return "Your own"
        is_shipped = digest_of(term.content) == term.installed_digest
        return "As shipped" if is_shipped else "Edited"
