"""Bodies for the API, made from its own OpenAPI description."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmarks.fuzz import mutations

# What is right in all but one place gets further than what is made of nothing.
SOUND = {"pack": "ink", "prompt": "a red boat", "count": 1, "seed": 7, "quality": "final"}
Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation of the API; `schema` describes its body, None where it has none."""

    method: str
    pattern: str
    schema: Schema | None


@cache
def operations() -> tuple[Operation, ...]:
    """All of them, as the API describes itself."""
    from config.api import api

    described = api.get_openapi_schema()
    return tuple(
        Operation(method.upper(), _pattern(path), _schema(described, said))
        for path, methods in described["paths"].items()
        for method, said in methods.items()
    )


def body(schema: Schema, chance: random.Random) -> Any:
    """A body that has the described fields and types; values of a sound one for some."""
    fields = schema.get("properties", {})
    required = set(schema.get("required", ()))
    return {
        name: SOUND[name] if name in SOUND and chance.random() < 0.6 else _value(said, chance)
        for name, said in fields.items()
        if name in required or chance.random() < 0.5
    }


def _value(schema: Schema, chance: random.Random) -> Any:
    if "anyOf" in schema:
        return _value(chance.choice(schema["anyOf"]), chance)
    made: dict[str, Callable[[], Any]] = {
        "string": lambda: chance.choice((mutations.text(chance), chance.choice(mutations.TEXTS))),
        "integer": lambda: chance.choice((chance.randint(-1, 101), 2**32, 2**63, -(2**63))),
        "null": lambda: None,
    }
    return made.get(schema.get("type", ""), lambda: mutations.value(chance))()


def _pattern(path: str) -> str:
    """`/api/looks/{id}` as the URLconf writes it."""
    return path.lstrip("/").replace("{id}", "<uuidstr:id>").replace("{slug}", "<slug>")


def _schema(described: Schema, said: Schema) -> Schema | None:
    content = said.get("requestBody", {}).get("content", {})
    named = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    found: Schema | None = described["components"]["schemas"].get(named.rpartition("/")[2])
    return found
