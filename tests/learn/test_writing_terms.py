"""The admin's desk: write, preview, publish, hide; clear words for what cannot be saved."""

import pytest
from django.urls import reverse

from learn.models import Term

FIELDS = {
    "name": "Grain",
    "slug": "grain",
    "group": "start",
    "also": "film grain, noise",
    "definition": "Grain is fine texture.",
    "how_it_works": "It is added.",
    "why_it_matters": "It feels like paper.",
    "used_for": "Posters\nCovers",
    "questions": "Is it noise?\nNearly.\n\nIs it good?\nOften.",
    "pictures": "fox-linocut | In Linocut",
    "try_it": "pack: linocut\nprompt: a fox: red",
    "related": "seed",
}


@pytest.fixture
def desk(client, curator, glossary):
    client.force_login(curator)
    return client


def address(term, what="change"):
    return reverse(f"admin:learn_term_{what}", args=[term.pk])


def test_it_takes_in_a_term_of_ones_own_hidden_at_first(desk):
    response = desk.post(reverse("admin:learn_term_add"), FIELDS)
    assert response.status_code == 302, response.context["errors"]
    term = Term.objects.get(slug="grain")
    assert term.also == ["film grain", "noise"]
    assert term.questions == [
        {"question": "Is it noise?", "answer": "Nearly."},
        {"question": "Is it good?", "answer": "Often."},
    ]
    assert term.pictures == [{"show": "fox-linocut", "caption": "In Linocut"}]
    assert term.try_it == {"pack": "linocut", "prompt": "a fox: red"}
    assert not term.is_published


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("questions", "Is it noise?", "has no answer"),
        ("pictures", "fox-linocut", "has no caption"),
        ("pictures", "zebra | A zebra", "There is no picture"),
        ("pictures", "pack:zebra | A zebra", "There is no picture"),
        ("try_it", "width: 9", "is not understood"),
        ("related", "zebra", "There is no term"),
    ],
)
def test_it_says_what_cannot_be_saved_and_keeps_what_was_typed(desk, field, value, said):
    response = desk.post(reverse("admin:learn_term_add"), {**FIELDS, field: value})
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert "It feels like paper." in page
    assert value in page
    assert not Term.objects.filter(slug="grain").exists()


def test_it_shows_and_saves_every_shipped_term_unchanged(desk):
    for term in Term.objects.all()[:8]:
        form = desk.get(address(term)).context["adminform"].form
        typed = {name: form[name].value() or "" for name in form.fields}
        before = term.content
        response = desk.post(address(term), typed)
        assert response.status_code == 302, response.context["errors"]
        term.refresh_from_db()
        assert term.content == before


def test_it_publishes_and_hides_with_one_button(desk, client):
    term = Term.objects.get(slug="seed")
    desk.post(address(term, "switch"))
    term.refresh_from_db()
    assert not term.is_published
    assert "hidden" in desk.get(address(term)).content.decode()
    desk.post(address(term, "switch"))
    term.refresh_from_db()
    assert term.is_published


def test_it_previews_a_hidden_term_as_it_will_be_read(desk):
    term = Term.objects.get(slug="seed")
    Term.objects.update(is_published=False)
    page = desk.get(address(term, "preview")).content.decode()
    assert "Only staff can read this" in page
    assert "How it works" in page


def test_it_keeps_shipped_terms_from_deletion_and_says_what_they_are(desk):
    term = Term.objects.get(slug="seed")
    delete = reverse("admin:learn_term_delete", args=[term.pk])
    assert desk.get(delete).status_code == 403
    assert "As it came with the house" in desk.get(address(term)).content.decode()
    Term.objects.filter(pk=term.pk).update(definition="Ours.")
    assert "You edited it" in desk.get(address(term)).content.decode()


def test_it_sets_many_at_once(desk):
    chosen = list(Term.objects.values_list("pk", flat=True)[:2])
    listed = reverse("admin:learn_term_changelist")
    desk.post(listed, {"action": "hide", "_selected_action": chosen})
    assert Term.objects.filter(is_published=False).count() == 2
    desk.post(listed, {"action": "publish", "_selected_action": chosen})
    assert not Term.objects.filter(is_published=False).exists()


def test_it_is_closed_to_makers(client, alice, glossary):
    client.force_login(alice)
    term = Term.objects.get(slug="seed")
    for what in ("change", "preview"):
        assert client.get(address(term, what)).status_code == 302
    assert client.post(address(term, "switch")).status_code == 302
    term.refresh_from_db()
    assert term.is_published
