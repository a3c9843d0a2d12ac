"""Under /account/; signing in and up stays under allauth's /accounts/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/tokens/", views.create_token, name="token_create"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="token_revoke"),
    path("account/delete/", views.delete_account, name="account_delete"),
]
