"""Under /account/; signing in and up stays under allauth's /accounts/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("tokens/", views.create_token, name="token_create"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="token_revoke"),
    path("delete/", views.delete_account, name="account_delete"),
]
