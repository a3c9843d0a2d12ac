"""Starting from an earlier model: what it knew it still knows, under new token numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline

from starter.architecture import TOY, assemble, build_text_encoder, build_unet, build_vae
from starter.tokenizer import save_tokenizer, train_tokenizer
from starter.training.train_loras import adapt, factors, take_up
from starter.training.warm_start import load_earlier


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("earlier")
    tokenizer = train_tokenizer(["boat", "castle"])
    text, unet = build_text_encoder(TOY, tokenizer), build_unet(TOY)
    assemble(build_vae(TOY), text, tokenizer, unet).save_pretrained(folder)
    save_tokenizer(tokenizer, folder / "tokenizer")
    return folder, tokenizer, text, unet


def started_from(folder: Path, words: list[str]):
    tokenizer = train_tokenizer(words)
    text, unet = build_text_encoder(TOY, tokenizer), build_unet(TOY)
    return tokenizer, text, unet, load_earlier(folder, unet, text, tokenizer)


def test_it_gives_the_same_features_for_words_that_moved(earlier) -> None:
    folder, old_tokenizer, old_text, _ = earlier
    tokenizer, text, _, unknown = started_from(folder, ["anchor", "boat", "castle", "zebra"])
    assert unknown > 0
    prompt = "a boat castle"
    told = [
        network(torch.tensor(words(prompt)["input_ids"])[None])[0]
        for network, words in ((old_text, old_tokenizer), (text, tokenizer))
    ]
    assert tokenizer("castle")["input_ids"] != old_tokenizer("castle")["input_ids"]
    assert torch.allclose(*told, atol=1e-5)


def test_it_takes_over_the_denoiser_unchanged(earlier) -> None:
    folder, _, _, old_unet = earlier
    _, _, unet, _ = started_from(folder, ["boat", "zebra"])
    pairs = zip(old_unet.state_dict().values(), unet.state_dict().values(), strict=True)
    assert all(torch.equal(old, new) for old, new in pairs)


def test_it_takes_up_a_lora_of_the_same_rank(tmp_path: Path) -> None:
    first, second = (adapt(build_unet(TOY), 2) for _ in range(2))
    for part in first:
        part.up.normal_()
    save(first, tmp_path / "wool.pt", tmp_path / "wool.safetensors")
    assert take_up(second, tmp_path / "wool.safetensors")
    pairs = [(one.up @ one.down, two.up @ two.down) for one, two in zip(first, second, strict=True)]
    assert all(torch.allclose(one, two, atol=0.02, rtol=0.02) for one, two in pairs)
    assert torch.allclose(second[0].layer.weight - second[0].base, _change(second[0]), atol=1e-5)


def test_it_begins_afresh_without_a_lora_of_that_rank(tmp_path: Path) -> None:
    first, second = adapt(build_unet(TOY), 2), adapt(build_unet(TOY), 3)
    save(first, tmp_path / "wool.pt", tmp_path / "wool.safetensors")
    assert not take_up(second, tmp_path / "wool.safetensors")
    assert not take_up(second, tmp_path / "missing.safetensors")
    assert all(not part.up.any() for part in second)


def save(adapted, state: Path, file: Path) -> None:
    torch.save(factors(adapted), state)
    StableDiffusionPipeline.save_lora_weights(
        file.parent, unet_lora_layers=torch.load(state), weight_name=file.name
    )


def _change(part):
    return (part.up @ part.down).view_as(part.base)
