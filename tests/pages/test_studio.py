"""The studio: what is asked becomes one generation, what cannot be is told in its place."""

import pytest

from generation.models import Generation
from stylepacks import publishing

ODD = "a fox $& {prompt} <script>alert(1)</script> # مرحبا 🦊"


def ask(client, **typed):
    return client.post("/create/", {"key": "k", "prompt": "a red boat", "pack": "ink", **typed})


def test_it_makes_one_generation_for_a_visitor(client, ink):
    response = ask(client)
    made = Generation.objects.get()
    assert response.status_code == 302
    assert response.url == f"/generations/{made.pk}/"
    assert made.person.is_guest
    assert client.get(response.url).status_code == 200


def test_it_makes_one_generation_of_a_double_click(as_alice, ink):
    assert ask(as_alice).url == ask(as_alice).url
    assert Generation.objects.count() == 1


def test_it_takes_changed_words_from_the_same_page_for_a_new_wish(as_alice, ink):
    assert ask(as_alice).url != ask(as_alice, prompt="a blue boat").url
    assert Generation.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"prompt": "  "}, "Describe the picture you want"),
        ({"prompt": "x" * 501}, "shorten it"),
        ({"prompt": "a\0boat"}, "Null characters"),
        ({"pack": ""}, "Pick a pack first."),
        ({"pack": "nothing"}, "There is no pack called"),
        ({"strength": "very"}, "Strength must be a whole number"),
        ({"strength": "101"}, "Strength must be a whole number"),
        ({"count": "9"}, "Ask for 1 to 4 images"),
        ({"count": "many"}, "how many pictures"),
        ({"seed": "abc"}, "The seed is a whole number"),
        ({"seed": "9" * 5000}, "The seed is a whole number"),
        ({"seed": "-1"}, "The seed must be a whole number"),
        ({"second": "ink"}, "do not go together"),
    ],
)
def test_it_tells_what_is_wrong_and_makes_nothing(as_alice, ink, typed, sentence):
    response = ask(as_alice, **typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert 'role="alert"' in response.content.decode()
    assert not Generation.objects.exists()


def test_it_keeps_everything_typed_when_it_refuses(as_alice, ink, fox):
    page = ask(as_alice, prompt=ODD, seed="abc", strength="33", count="3", second="fox")
    page = page.content.decode()
    assert (
        "a fox $&amp; {prompt} &lt;script&gt;alert(1)&lt;/script&gt; # مرحبا 🦊</textarea>" in page
    )
    assert 'value="abc"' in page
    assert 'value="33"' in page
    assert 'name="count" value="3" checked' in page
    assert 'name="second" value="fox" checked' in page


def test_it_says_when_the_allowance_is_used_up(client, ink, settings):
    settings.GUEST_ALLOWANCE = 1
    ask(client)
    response = ask(client, prompt="one too many")
    assert response.status_code == 422
    assert "allowance" in response.content.decode()
    assert "one too many</textarea>" in response.content.decode()


def test_it_refuses_a_pack_that_was_retired_meanwhile(as_alice, ink, fox):
    publishing.retire(ink, None)
    response = ask(as_alice)
    assert response.status_code == 422
    assert "retired" in response.content.decode()


def test_it_fills_the_studio_from_the_address(client, ink, fox):
    asked = {"pack": "fox", "prompt": ODD, "seed": "5", "count": "2", "strength": "40"}
    page = client.get("/create/", asked).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert 'name="seed"' in page
    assert 'value="5"' in page
    assert 'name="strength" min="0" max="100" step="1" value="40"' in page


def test_it_says_when_the_address_names_a_pack_that_is_gone(client, ink):
    page = client.get("/create/", {"pack": "gone"}).content.decode()
    assert "not offered any more" in page


def test_it_shows_the_final_prompt_by_source(client, ink, fox):
    asked = {"pack": "ink", "second": "fox", "prompt": ODD, "count": "2"}
    page = client.get("/create/final-prompt", asked).content.decode()
    assert "final__part--prompt" in page
    assert "final__part--trigger" in page
    assert "a fox $&amp; {prompt} &lt;script&gt;" in page
    assert "<strong>2</strong>" in page


def test_it_warns_before_the_model_stops_reading(client, ink):
    page = client.get("/create/final-prompt", {"pack": "ink", "prompt": "boat " * 60})
    assert "Shorten it" in page.content.decode()


def test_it_stays_quiet_while_nothing_is_typed(client, ink):
    page = client.get("/create/final-prompt", {"pack": "ink", "prompt": ""}).content.decode()
    assert "field__error" not in page


def test_it_tells_the_final_prompts_refusals_in_place(client, ink):
    for asked in ({"pack": "nothing", "prompt": "x"}, {"pack": "ink", "prompt": "x", "seed": "y"}):
        response = client.get("/create/final-prompt", asked)
        assert response.status_code == 200
        assert "field__error" in response.content.decode()


def test_it_refuses_other_methods_and_missing_tokens(ink):
    from django.test import Client

    assert Client().put("/create/").status_code == 405
    response = Client(enforce_csrf_checks=True).post("/create/", {"prompt": "x", "pack": "ink"})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()
