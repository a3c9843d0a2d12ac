"""Templates as curators write them, prompts as makers type them."""

import random
from typing import Any

from benchmarks.fuzz import mutations
from benchmarks.fuzz.running import Kind
from generation import recipes
from generation.wishes import SubmissionError, Wish, cleaned
from stylepacks.rules import limits, prompt_template, vocabulary, word_search
from stylepacks.rules.prompt_template import TemplateError, Trigger
from stylepacks.rules.token_budget import estimate_tokens

WORDS = ("{prompt}", "{trigger}", "{", "}", ", ", "ink style", "$", "\\", "#", "%s", "a boat", " ")
VOCABULARY = {"subjects": ["boat", "red fox"], "colours": ["red"], "places": ["by the sea"]}
FIELDS = ("strength", "count", "seed", "second", "quality", "aspect", "pack")


def kinds() -> list[Kind]:
    refusals = (TemplateError, SubmissionError, limits.LimitError)
    return [Kind("prompts", case, refusals, 0.2)]


def case(chance: random.Random) -> None:
    chance.choice((_fill, _fill, _stack, _words, _wish))(chance)


def _fill(chance: random.Random) -> None:
    template, prompt = _template(chance), _prompt(chance)
    final = prompt_template.fill(template, prompt, _triggers(chance))
    # What a maker types stands in it once, as it was typed, whatever it looks like.
    assert [part.text for part in final.parts if part.source == "prompt"] == [prompt][
        : bool(prompt)
    ]
    assert final.text == "".join(part.text for part in final.parts)


def _stack(chance: random.Random) -> None:
    prompt = _prompt(chance)
    final = prompt_template.stack(
        _template(chance), _template(chance), prompt, _triggers(chance), _triggers(chance)
    )
    assert sum(part.source == "prompt" for part in final.parts) == bool(prompt)
    prompt_template.merge_negatives(_prompt(chance), _prompt(chance))


def _words(chance: random.Random) -> None:
    prompt = _prompt(chance)
    unknown = vocabulary.unknown_words(prompt, VOCABULARY)
    vocabulary.marked(prompt, unknown)
    word_search.best_fits(prompt[:40], ["boat", "watercolour", prompt[:20]])
    assert estimate_tokens(prompt) >= 0
    limits.check_text("template", prompt)
    limits.check_trigger(prompt)


def _wish(chance: random.Random) -> None:
    fields: dict[str, Any] = {
        "pack": "ink",
        "prompt": chance.choice((_prompt(chance), mutations.value(chance))),
    }
    for name in chance.sample(FIELDS, chance.randint(0, 2)):
        fields[name] = mutations.value(chance)
    wish = cleaned(Wish(**fields))
    if isinstance(wish.pack, str) and isinstance(wish.second, str | None):
        recipes.final_prompt(wish)


def _template(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return f"{_prompt(chance)[:20]}{{prompt}}{_prompt(chance)[:20]}"
    return "".join(chance.choices(WORDS, k=chance.randint(0, 6)))


def _prompt(chance: random.Random) -> str:
    way = chance.random()
    if way < 0.4:
        return "".join(chance.choices(WORDS, k=chance.randint(0, 8)))
    return mutations.text(chance) if way < 0.7 else chance.choice(mutations.TEXTS)


def _triggers(chance: random.Random) -> list[Trigger]:
    return [
        Trigger(_prompt(chance), chance.choice(("start", "end", "")), chance.random() < 0.5)
        for _ in range(chance.randint(0, 3))
    ]
