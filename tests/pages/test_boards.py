"""Boards: made, renamed, filled, emptied, deleted; and whose they are."""

import pytest

from generation.models import Board, GeneratedImage
from tests.pages.test_keeping_pictures import do


@pytest.fixture
def images(alice, make_generation):
    return list(make_generation(alice, count=3).images.all())


@pytest.fixture
def wall(alice):
    return Board.objects.create(person=alice, name="Harbour")


def test_it_makes_and_renames_a_board(as_alice):
    page = as_alice.post("/boards/new", {"name": "  Harbour   poster "}, follow=True)
    assert "Harbour poster" in page.content.decode()
    board = Board.objects.get()
    as_alice.post(f"/boards/{board.pk}/rename", {"name": "Harbour at night"})
    assert "Harbour at night" in as_alice.get("/boards/").content.decode()


@pytest.mark.parametrize(("name", "said"), [(" ", "Give the board a name."), ("x" * 61, "60")])
def test_it_refuses_a_name_beside_the_field(as_alice, wall, name, said):
    for path in ("/boards/new", f"/boards/{wall.pk}/rename"):
        response = as_alice.post(path, {"name": name})
        assert response.status_code == 422
        assert said in response.content.decode()
    assert Board.objects.get().name == "Harbour"


def test_it_hangs_and_takes_down(as_alice, images, wall):
    for _ in range(2):
        page = do(as_alice, "hang", images[:2], board=wall.pk).content.decode()
        assert "2 pictures added to “Harbour”." in page
    assert as_alice.get(f"/boards/{wall.pk}/").content.decode().count('class="tile"') == 2
    do(as_alice, "take_down", images[:1], board=wall.pk)
    assert as_alice.get(f"/boards/{wall.pk}/").content.decode().count('class="tile"') == 1
    assert "1 picture<" in as_alice.get("/boards/").content.decode()


def test_it_hangs_on_a_new_board(as_alice, images):
    do(as_alice, "hang", images, board="new", name="Night")
    assert Board.objects.get(name="Night").images.count() == 3


def test_it_keeps_the_pictures_of_a_deleted_board(as_alice, images, wall):
    do(as_alice, "hang", images, board=wall.pk)
    page = as_alice.post(f"/boards/{wall.pk}/delete", follow=True).content.decode()
    assert "still in My images" in page
    assert GeneratedImage.objects.count() == 3


def test_it_asks_the_database_as_often_for_a_full_board(
    as_alice, images, wall, django_assert_num_queries
):
    do(as_alice, "hang", images, board=wall.pk)
    with django_assert_num_queries(7):
        as_alice.get(f"/boards/{wall.pk}/")


def test_it_shows_no_board_of_other_people(as_bob, bob, wall, make_generation):
    own = list(make_generation(bob).images.all())
    assert as_bob.get(f"/boards/{wall.pk}/").status_code == 404
    assert as_bob.post(f"/boards/{wall.pk}/delete").status_code == 404
    assert as_bob.post(f"/boards/{wall.pk}/rename", {"name": "Mine"}).status_code == 404
    assert do(as_bob, "hang", own, board=wall.pk).status_code == 404
    assert do(as_bob, "hang", own, board="no-id").status_code == 404
    assert "Harbour" not in as_bob.get("/boards/").content.decode()
