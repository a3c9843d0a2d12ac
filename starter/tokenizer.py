"""The starter's tokenizer: CLIP's byte-level BPE, trained on the words the starter draws.

Each of those words is one token; any other text (emoji, Arabic, `{prompt}`) falls back to bytes
and still encodes. `python -m starter.tokenizer` makes it again after new words: the same tokens,
though equally frequent pairs may be numbered in another order. So a tokenizer belongs to the
weights trained with it; training from an earlier model moves each word to its new number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTokenizer

from starter.architecture import MAX_TOKENS
from starter.pack_files import read_packs
from starter.tokenizer_words import COMMON_WORDS, FILLER_PHRASES, RESERVED_WORDS

FOLDER = Path(__file__).parent / "weights" / "starter" / "tokenizer"
WORD_END = "</w>"
START, END = "<|startoftext|>", "<|endoftext|>"
VOCABULARY_LIMIT = 8000


def train_tokenizer(texts: Iterable[str]) -> CLIPTokenizer:
    """A CLIP tokenizer for which each word of `texts` is one token."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = _merges(sorted(set(texts)), letters)
    tokens = [*letters, *(letter + WORD_END for letter in letters)]
    tokens += [left + right for left, right in merges]
    vocab = {token: number for number, token in enumerate(dict.fromkeys([*tokens, START, END]))}
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=MAX_TOKENS)


def known_texts() -> list[str]:
    """Everything that must encode cheaply: scenes, triggers, fillers, common and spare words."""
    from starter.scenes import vocabulary

    triggers = [pack.trigger for pack in read_packs()]
    return [*vocabulary(), *triggers, *FILLER_PHRASES, *COMMON_WORDS, *RESERVED_WORDS]


def save_tokenizer(tokenizer: CLIPTokenizer, folder: Path) -> None:
    """tokenizer.json, and the vocab.json and merges.txt that older readers want."""
    tokenizer.save_pretrained(folder)
    model: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    vocab = json.dumps(model["vocab"], ensure_ascii=False, indent=0)
    (folder / "vocab.json").write_text(vocab, encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in model["merges"])]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def load_tokenizer(folder: Path = FOLDER) -> CLIPTokenizer:
    """The tokenizer that ships."""
    tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder)
    return tokenizer


def _merges(texts: list[str], letters: list[str]) -> list[tuple[str, str]]:
    bpe = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    plain = CLIPTokenizer().backend_tokenizer
    bpe.normalizer, bpe.pre_tokenizer = plain.normalizer, plain.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_LIMIT,
        min_frequency=1,
        initial_alphabet=letters,
        end_of_word_suffix=WORD_END,
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    return [(left, right) for left, right in json.loads(bpe.to_str())["model"]["merges"]]


if __name__ == "__main__":
    made = train_tokenizer(known_texts())
    save_tokenizer(made, FOLDER)
    print(f"{FOLDER}: {len(made)} tokens")
