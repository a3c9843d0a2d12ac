"""How bytes, texts and JSON are changed: what breaks readers, more often than chance would."""

import copy
import random
from collections.abc import Iterator
from typing import Any

MOST_CHANGES = 4
NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 7, 2**31 - 1, 2**31, 2**32, 2**48, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30, 0.5,
    -0.0, 1e308, float("inf"), float("-inf"), float("nan"),
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "CON", ".",
    "..", "a" * 5000, "😀" * 40, "e\u0301" * 20, "\u202egnp.exe", "\ud800", "\ufeff", "\u2028",
    "{prompt}", "{trigger}", "{prompt}{prompt}", "{", "}", "{{prompt}}", "{0}",
    "{prompt.__class__}",
    "%s%n", "$(id)", "'; DROP TABLE x; --", "<script>alert(1)</script>", "\r\nX-Evil: 1", "null",
    "NaN", "true", "-1", "0", "1e999", "9" * 400, "٣", "²", "½", "١٢", "00000000-0000-0000-0000",
    "1.5", "0x10", "__metadata__", "__proto__", "[]", "ß" * 30, "İ", "ﬁ", "🇩🇪", "\x1b[31m",
)  # fmt: skip
BYTES = (
    b"\0",
    b"\xff",
    b"\x80",
    b"{",
    b"}",
    b'"',
    b"\\",
    b"\xff\xff\xff\xff",
    b"\0" * 8,
    b"<",
    b"PK",
)
DEEP = 3000


def changed(content: bytes, chance: random.Random) -> bytes:
    """`content` after one to MOST_CHANGES changes."""
    raw = bytearray(content)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(CHANGES)(raw, chance)
    return bytes(raw)


def value(chance: random.Random) -> Any:
    """Something of any type that a field was not made for."""
    return chance.choice(
        (
            lambda: chance.choice(NUMBERS),
            lambda: chance.choice(TEXTS),
            lambda: text(chance),
            lambda: chance.choice((None, True, False, [], {}, [[]], {"": ""}, [None], [0, -1])),
            lambda: [chance.choice(NUMBERS)] * chance.choice((1, 2, 50)),
            lambda: {chance.choice(TEXTS): chance.choice(NUMBERS)},
        )
    )()


def text(chance: random.Random) -> str:
    """A text of any characters; lone surrogates too, which JSON can spell."""
    tops = (0x7F, 0x24F, 0x2FFF, 0xFFFF, 0x10FFFF)
    return "".join(
        chr(chance.randint(0, chance.choice(tops))) for _ in range(chance.randint(0, 24))
    )


def tree(content: Any, chance: random.Random) -> Any:
    """A copy of this JSON with some of its places replaced, removed, doubled or renamed."""
    made = copy.deepcopy(content)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        places = list(_places(made))
        if places:
            node, key = chance.choice(places)
            _change_place(node, key, chance)
    return made


def nested(chance: random.Random) -> bytes:
    """JSON deeper than a parser's stack."""
    opening = chance.choice((b"[", b'{"a":'))
    return opening * chance.choice((50, DEEP, 100 * DEEP))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in list(entries):
        yield node, key
        if isinstance(child, dict | list):
            yield from _places(child)


def _change_place(node: Any, key: Any, chance: random.Random) -> None:
    deed = chance.random()
    if deed < 0.6:
        node[key] = value(chance)
    elif deed < 0.75:
        del node[key]
    elif isinstance(node, dict):
        node[chance.choice(TEXTS)] = node[key] if deed < 0.9 else node.pop(key)
    else:
        node.insert(key, node[key])


def _flip(raw: bytearray, chance: random.Random) -> None:
    if raw:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _set(raw: bytearray, chance: random.Random) -> None:
    at, what = _place(raw, chance), chance.choice(BYTES)
    raw[at : at + len(what)] = what


def _insert(raw: bytearray, chance: random.Random) -> None:
    at = _place(raw, chance)
    raw[at:at] = chance.choice((chance.choice(BYTES), chance.randbytes(chance.randint(1, 40))))


def _cut(raw: bytearray, chance: random.Random) -> None:
    at = _place(raw, chance)
    del raw[at : at + chance.choice((1, 4, 16, 256))]


def _end(raw: bytearray, chance: random.Random) -> None:
    del raw[_place(raw, chance) :]


def _double(raw: bytearray, chance: random.Random) -> None:
    at, size = _place(raw, chance), chance.choice((4, 64, 512))
    raw[at:at] = raw[at : at + size]


def _move(raw: bytearray, chance: random.Random) -> None:
    source, target, size = _place(raw, chance), _place(raw, chance), chance.choice((4, 32))
    raw[target : target + size] = raw[source : source + size]


def _place(raw: bytearray, chance: random.Random) -> int:
    # The first bytes say what a file is and how long: they are worth half of the changes.
    far = min(len(raw), 64) if chance.random() < 0.5 else len(raw)
    return chance.randint(0, far)


CHANGES = (_flip, _flip, _set, _insert, _cut, _end, _double, _move)
