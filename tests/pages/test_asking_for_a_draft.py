"""The studio offers drafts where the picked pack's model makes them."""

import re

import pytest

from generation.models import Generation
from stylepacks.models import Checkpoint
from tests.stylepacks.factories import make_lora


@pytest.fixture
def drafting(ink, fox):
    Checkpoint.objects.update(draft_lora=make_lora("Draft"))


def test_it_offers_drafts_and_asks_for_the_final_picture_by_default(client, drafting):
    page = client.get("/create/").content.decode()
    assert re.search(r'name="quality" value="final"\s+checked', page)
    assert len(re.findall(r"\bdata-drafts\b", page)) == 2


def test_it_keeps_a_draft_from_the_address(client, drafting):
    page = client.get("/create/", {"quality": "draft"}).content.decode()
    assert re.search(r'name="quality" value="draft"\s+checked', page)


def test_it_makes_a_draft(as_alice, drafting):
    asked = {"pack": "ink", "prompt": "a boat", "quality": "draft", "key": "k"}
    assert as_alice.post("/create/", asked).status_code == 302
    assert Generation.objects.get().recipe["quality"] == "draft"


def test_it_offers_no_drafts_where_no_model_makes_them(client, ink):
    page = client.get("/create/").content.decode()
    assert 'name="quality"' not in page
    assert "data-drafts" not in page


def test_it_says_when_a_model_makes_no_drafts(as_alice, ink):
    asked = {"pack": "ink", "prompt": "a boat", "quality": "draft"}
    response = as_alice.post("/create/", asked)
    assert response.status_code == 422
    assert "makes no drafts" in response.content.decode()
    assert not Generation.objects.exists()
