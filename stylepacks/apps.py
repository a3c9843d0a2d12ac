from django.apps import AppConfig


class StylepacksConfig(AppConfig):
    name = "stylepacks"
    verbose_name = "Style packs"
    default_auto_field = "django.db.models.BigAutoField"
