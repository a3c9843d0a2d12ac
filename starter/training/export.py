"""Write what training made as the files that ship: fp16 safetensors, none over 16 MiB.

    python -m starter.training.export OUT WEIGHTS

WEIGHTS/starter becomes an ordinary Stable Diffusion folder for diffusers, WEIGHTS/loras/NAME
.safetensors ordinary LoRA files. The tokenizer is copied from starter/weights.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline
from safetensors.torch import load_file, save_file

from starter.architecture import FULL, TOY, assemble, build_text_encoder, build_unet, build_vae
from starter.pack_files import read_packs
from starter.tokenizer import load_tokenizer, save_tokenizer

SHARD = "15MB"
LICENSE = "Apache-2.0"


def export_base(out: Path, folder: Path, toy: bool) -> None:
    """The pipeline folder, from the (polished) autoencoder and the averaged base in OUT."""
    shape, saved = TOY if toy else FULL, torch.load(out / "base.pt", map_location="cpu")
    tokenizer = load_tokenizer()
    unet, text = build_unet(shape), build_text_encoder(shape, tokenizer)
    unet.load_state_dict(saved["mean_unet"])
    text.load_state_dict(saved["mean_text"])
    vae = build_vae(shape)
    vae.load_state_dict(AutoencoderKL.from_pretrained(_vae_folder(out)).state_dict())
    pipeline = assemble(vae, text, tokenizer, unet)
    pipeline.to(torch.float16)
    pipeline.save_pretrained(folder)
    for old in (folder / "unet").glob("*.safetensors*"):
        old.unlink()
    pipeline.unet.save_pretrained(folder / "unet", max_shard_size=SHARD)
    save_tokenizer(tokenizer, folder / "tokenizer")
    # DDIM and DDPM clip to -1..1 unless told not to, and latents reach further.
    _amend(folder / "scheduler" / "scheduler_config.json", clip_sample=False)
    # transformers would load this part alone as it is stored, in fp16.
    _amend(folder / "text_encoder" / "config.json", dtype="float32")


def _vae_folder(out: Path) -> Path:
    polished = out / "vae-polished"
    return polished if polished.exists() else out / "vae"


def _amend(file: Path, **fields: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}, indent=2) + "\n")


def export_lora(source: Path, target: Path) -> None:
    """One LoRA file with what catalogues want to know in its header."""
    about = _draft_header() if source.stem == "draft" else _pack_header(source.stem)
    state = torch.load(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    StableDiffusionPipeline.save_lora_weights(
        target.parent, unet_lora_layers=state, weight_name=target.name
    )
    rank = next(value.shape[0] for name, value in state.items() if "lora_A" in name)
    save_file(load_file(target), target, metadata=_header(about, rank))
    _sort_header(target)


def _sort_header(file: Path) -> None:
    # safetensors writes metadata in no fixed order; the same weights must give the same digest.
    content = file.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    told = {"__metadata__": dict(sorted(header.pop("__metadata__").items())), **header}
    text = json.dumps(told, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + size :])


def _pack_header(slug: str) -> dict[str, str]:
    pack = next(pack for pack in read_packs() if pack.slug == slug)
    return {
        "name": pack.slug,
        "title": pack.name,
        "trigger": pack.trigger,
        "modelspec.title": pack.name,
        "modelspec.description": pack.promise,
        "modelspec.trigger_phrase": pack.trigger,
    }


def _draft_header() -> dict[str, str]:
    told = "Four DDIM steps without guidance, trailing spacing."
    return {
        "name": "draft",
        "title": "Draft",
        "modelspec.title": "Draft",
        "modelspec.description": told,
    }


def _header(about: dict[str, str], rank: int) -> dict[str, str]:
    return about | {
        "format": "pt",
        "family": "sd15",
        "base": "housestyle-starter",
        "rank": str(rank),
        "alpha": str(rank),
        "license": LICENSE,
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": "stable-diffusion-v1/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.license": LICENSE,
        "modelspec.resolution": "512x512",
        "modelspec.prediction_type": "v",
    }


def main() -> None:
    given = _arguments()
    export_base(given.out, given.weights / "starter", given.toy)
    for source in sorted((given.out / "loras").glob("*.pt")):
        export_lora(source, given.weights / "loras" / f"{source.stem}.safetensors")
    files = [path for path in given.weights.rglob("*") if path.is_file()]
    sizes = {str(path.relative_to(given.weights)): path.stat().st_size for path in files}
    print(json.dumps(sizes, indent=1, sort_keys=True))
    print(f"{sum(sizes.values()) / 2**20:.1f} MiB in {len(sizes)} files")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--toy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
