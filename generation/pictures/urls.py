from django.urls import URLPattern, path

from generation.pictures import (
    again,
    board_views,
    gallery_views,
    removal_views,
    selection,
    share_views,
    views,
)

ONE = "generations/<uuid:id>/<int:index>/"

urlpatterns: list[URLPattern] = [
    path(ONE, views.picture, name="picture"),
    path(f"{ONE}download", views.download, name="download"),
    path(f"{ONE}favourite", views.favourite, name="favourite"),
    path(f"{ONE}delete", removal_views.delete_picture, name="delete_picture"),
    path("generations/<uuid:id>/delete", removal_views.delete, name="delete"),
    path("images/undo/<uuid:id>", removal_views.undo, name="undo"),
    path(f"{ONE}vary", again.vary, name="vary"),
    path(f"{ONE}finalise", again.finalise, name="finalise"),
    path(f"{ONE}share", share_views.share, name="share"),
    path("s/<str:token>/", share_views.shared, name="shared"),
    path("s/<str:token>/picture.jpg", share_views.shared_image, name="shared_image"),
    path("s/<str:token>/small.webp", share_views.shared_small, name="shared_small"),
    path("s/<str:token>/large.webp", share_views.shared_large, name="shared_large"),
    path("boards/", board_views.boards, name="boards"),
    path("boards/new", board_views.make_board, name="make_board"),
    path("boards/<uuid:id>/", board_views.board, name="board"),
    path("boards/<uuid:id>/rename", board_views.rename, name="rename_board"),
    path("boards/<uuid:id>/delete", board_views.delete_board, name="delete_board"),
    path("images/", gallery_views.my_images, name="my_images"),
    path("images/selection", selection.selection, name="selection"),
]
