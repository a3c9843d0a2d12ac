from django.urls import URLPattern, path

from generation import look_views, views
from generation.gallery.urls import urlpatterns as gallery_patterns
from generation.pictures.urls import urlpatterns as picture_patterns
from generation.watching import status_page

urlpatterns: list[URLPattern] = [
    path("create/", views.create, name="create"),
    path("create/", views.create, name="submit"),
    path("create/surprise", views.surprise, name="surprise"),
    path("create/final-prompt", views.final_prompt, name="final_prompt"),
    path("generations/<uuid:id>/", views.generation, name="generation"),
    path("generations/<uuid:id>/events", views.generation_events, name="generation_events"),
    path("generations/<uuid:id>/tile", views.generation_tile, name="generation_tile"),
    path("generations/<uuid:id>/seen", views.seen, name="seen"),
    path("generations/<uuid:id>/cancel", views.cancel, name="cancel"),
    path("generations/<uuid:id>/<int:index>.png", views.image_file, name="image_file"),
    path("generations/<uuid:id>/<int:index>.webp", views.image_thumbnail, name="image_thumbnail"),
    path(
        "generations/<uuid:id>/<int:index>.large.webp",
        views.image_thumbnail_large,
        name="image_thumbnail_large",
    ),
    path("looks/", look_views.ask, name="looks"),
    path("looks/<uuid:id>/", look_views.sheet, name="look_sheet"),
    path("looks/<uuid:id>/events", look_views.sheet_events, name="look_sheet_events"),
    path("looks/<uuid:id>/entry", look_views.entry, name="look_sheet_entry"),
    path("looks/<uuid:id>/cancel", look_views.cancel, name="look_sheet_cancel"),
    path("looks/<uuid:id>/retry", look_views.retry, name="look_sheet_retry"),
    path("looks/<uuid:id>/delete", look_views.delete, name="look_sheet_delete"),
    path("looks/<uuid:id>/compare", look_views.compare, name="look_sheet_compare"),
    path("status/", status_page.page, name="status"),
    *picture_patterns,
    *gallery_patterns,
]
