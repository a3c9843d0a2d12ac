from django.urls import URLPattern, path

from generation import views
from generation.pictures.urls import urlpatterns as picture_patterns

urlpatterns: list[URLPattern] = [
    path("create/", views.create, name="create"),
    path("create/", views.create, name="submit"),
    path("create/surprise", views.surprise, name="surprise"),
    path("create/final-prompt", views.final_prompt, name="final_prompt"),
    path("generations/<uuid:id>/", views.generation, name="generation"),
    path("generations/<uuid:id>/events", views.generation_events, name="generation_events"),
    path("generations/<uuid:id>/tile", views.generation_tile, name="generation_tile"),
    path("generations/<uuid:id>/cancel", views.cancel, name="cancel"),
    path("generations/<uuid:id>/<int:index>.png", views.image_file, name="image_file"),
    path("generations/<uuid:id>/<int:index>.webp", views.image_thumbnail, name="image_thumbnail"),
    *picture_patterns,
]
