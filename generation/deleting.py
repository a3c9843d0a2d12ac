"""Deletes a generation for good: its row, its images, their files."""

from django.db import transaction

from generation.models import Generation


def delete_generation(generation: Generation) -> None:
    """Delete an ended generation's rows, and once that is certain its files.

    A file left over by a crash in between belongs to no row and is shown to nobody.
    """
    images = list(generation.images.all())
    files = [file for image in images for file in image.files]

    def remove_files() -> None:
        for file in files:
            file.storage.delete(str(file.name))

    with transaction.atomic():
        generation.delete()
        transaction.on_commit(remove_files)
