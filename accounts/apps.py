from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import user_signed_up
        from django.contrib.auth.signals import user_logged_in

        from accounts.guests import adopt

        # Django's signal, not allauth's: the admin's own sign-in sends it too.
        user_logged_in.connect(adopt, dispatch_uid="adopt-on-sign-in")
        user_signed_up.connect(adopt, dispatch_uid="adopt-on-sign-up")
