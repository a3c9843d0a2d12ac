"""From latents to pixels, in whatever way it fits."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch

from generation.engine.contract import RenderedImage
from generation.engine.frugality import Frugality
from generation.engine.lanes import Lane
from generation.engine.latent_scale import for_decoder, picture_of
from generation.engine.pipelines import Model
from generation.engine.precision import name_of
from generation.engine.tiled_decoder import decoded_in_tiles

# Pixels (height, width, 3), and whether all of them are finite; both on their way to the CPU.
Launched = tuple[torch.Tensor, torch.Tensor]


def decode(model: Model, lanes: Sequence[Lane], frugal: Frugality) -> dict[str, Launched]:
    """Latents to 8-bit pixels, by the keys of their images. Every picture is launched before the
    first is waited for, so that the device never waits; `pictures` does.
    """
    return {
        lane.key: frugal.decoding(partial(_pixels, model, lane.latents, frugal)) for lane in lanes
    }


def pictures(
    model: Model, lanes: Sequence[Lane], launched: Mapping[str, Launched]
) -> list[RenderedImage]:
    """What was launched for these lanes, once it is there; without what is not finite."""
    if model.device.type == "cuda":
        torch.cuda.synchronize(model.device)
    return [
        _image_of(model, lane, launched[lane.key][0].numpy())
        for lane in lanes
        if launched[lane.key][1]
    ]


def _image_of(model: Model, lane: Lane, rgb: Any) -> RenderedImage:
    height, width = rgb.shape[:2]
    order, precision = lane.order, name_of(model.dtype)
    return RenderedImage(order.key, order.seed, width, height, rgb.tobytes(), precision)


def _pixels(model: Model, latents: torch.Tensor, frugal: Frugality) -> Launched:
    vae = _decoder(model, frugal)
    scaled = for_decoder(vae, latents.to(vae.device)).to(vae.dtype)
    image = _image(model, scaled, frugal.tile)
    is_finite = torch.isfinite(image).all()
    pixels = (image.float() * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    pixels = pixels.permute(1, 2, 0).contiguous()
    return pixels.to("cpu", non_blocking=True), is_finite.to("cpu", non_blocking=True)


def _decoder(model: Model, frugal: Frugality) -> Any:
    """The VAE where and as this render decodes; an earlier one may have left it elsewhere."""
    vae = model.pipe.vae
    place, dtype = model.device, model.decoder_dtype
    if frugal.decodes_on_host:
        place, dtype = torch.device("cpu"), torch.float32
    # diffusers' own `dtype` walks through all of its modules.
    now = next(vae.parameters())
    if (now.device.type, now.dtype) != (place.type, dtype):
        with torch.inference_mode(False):
            vae.to(device=place, dtype=dtype)
    return vae


def _image(model: Model, latents: torch.Tensor, tile: int | None) -> torch.Tensor:
    vae = model.pipe.vae
    if tile is not None:
        tiled: torch.Tensor = decoded_in_tiles(vae, latents, tile)[0]
        return tiled

    def ask(latents: torch.Tensor) -> torch.Tensor:
        return picture_of(vae, latents)

    return model.fast.run("decoder", vae, ask, {"latents": latents})[0]
