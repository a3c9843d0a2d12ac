"""What a person keeps of their own pictures: favourites, and boards with names."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from generation.models import Board, Favourite, GeneratedImage, OnBoard

LONGEST_NAME = 60
MOST_BOARDS = 200


class BoardRefused(Exception):
    """A board that cannot be; `str()` is the sentence for its person."""


def like(person: User, images: Iterable[GeneratedImage]) -> None:
    """Safe to repeat: what is a favourite already stays one."""
    rows = [Favourite(person=person, image=image) for image in images]
    Favourite.objects.bulk_create(rows, ignore_conflicts=True)


def unlike(person: User, images: Iterable[GeneratedImage]) -> None:
    Favourite.objects.filter(person=person, image__in=list(images)).delete()


def add_board(person: User, name: str) -> Board:
    """A new, empty board, or BoardRefused."""
    if Board.objects.filter(person=person).count() >= MOST_BOARDS:
        raise BoardRefused(
            _("You have {number} boards: delete one first.").format(number=MOST_BOARDS)
        )
    return Board.objects.create(person=person, name=_checked(name))


def rename_board(board: Board, name: str) -> None:
    board.name = _checked(name)
    board.save(update_fields=["name"])


def hang(board: Board, images: Iterable[GeneratedImage]) -> None:
    """Safe to repeat: a picture hangs on a board once."""
    rows = [OnBoard(board=board, image=image) for image in images]
    OnBoard.objects.bulk_create(rows, ignore_conflicts=True)


def take_down(board: Board, images: Iterable[GeneratedImage]) -> None:
    OnBoard.objects.filter(board=board, image__in=list(images)).delete()


def _checked(name: str) -> str:
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not clean:
        raise BoardRefused(_("Give the board a name."))
    if len(clean) > LONGEST_NAME:
        said = _("A board's name has at most {number} characters.")
        raise BoardRefused(said.format(number=LONGEST_NAME))
    return clean
