"""People, their allowance and their tokens, for staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.forms import AdminSignIn
from accounts.leaving import delete_person
from accounts.models import Allowance, ApiToken, User
from accounts.usernames import random_username

admin.site.login_form = AdminSignIn
admin.site.unregister((Group, EmailAddress))


class PersonCreationForm(UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        email = (self.cleaned_data.get("email") or "").lower()
        if not email:
            raise forms.ValidationError("Give an email: people sign in with it.")
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("There is an account with this email already.")
        return email

    def save(self, commit: bool = True) -> User:
        self.instance.username = random_username("maker")
        return super().save(commit)  # type: ignore[no-any-return]


class ReadOnly:
    """Rows that only the house itself writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AllowanceInline(ReadOnly, TabularInline):  # type: ignore[misc]
    model = Allowance
    verbose_name_plural = "Allowance of the last days"
    fields = ("day", "limit", "held", "settled")
    ordering = ("-day",)
    max_num = 0
    can_delete = False
    hide_title = True


class EmailInline(TabularInline):  # type: ignore[misc]
    model = EmailAddress
    verbose_name_plural = "Emails to sign in with"
    fields = ("email", "verified", "primary")
    extra = 0
    hide_title = True


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (EmailInline, AllowanceInline)
    ordering = ("-date_joined",)
    list_display = ("__str__", "is_staff", "is_guest", "daily_allowance", "date_joined")
    list_filter = ("is_staff", "is_guest", "is_active")
    search_fields = ("email", "username")
    readonly_fields = ("username", "is_guest", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "daily_allowance")}),
        (
            "May do",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Facts", {"fields": ("username", "is_guest", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        delete_person(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            delete_person(person)


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """Groups as Django has them, in the house's dress."""


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Whose tokens there are. Deleting one locks its programs out; its text is nowhere."""

    list_display = ("name", "person", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("person",)
    search_fields = ("name", "person__email")
    fields = list_display
