"""From latents to pixels: small ones on the way, then the picture, in whatever way it fits."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from generation.engine.contract import RenderedImage, RenderRequest
from generation.engine.frugality import Frugality
from generation.engine.lanes import Lane
from generation.engine.latent_scale import for_decoder
from generation.engine.pipelines import Model
from generation.engine.precision import name_of
from generation.engine.studio import Studio
from generation.engine.tiled_decoder import decoded_in_tiles


def decode(model: Model, lane: Lane, frugal: Frugality) -> RenderedImage | None:
    """Latents to 8-bit pixels; None when the model's numbers are not finite."""
    pixels = frugal.decoding(partial(_pixels, model, lane.latents, frugal))
    if pixels is None:
        return None
    rgb = pixels.numpy()
    height, width = rgb.shape[:2]
    order, precision = lane.order, name_of(model.dtype)
    return RenderedImage(order.key, order.seed, width, height, rgb.tobytes(), precision)


def previews(
    studio: Studio, lanes: Sequence[Lane], request: RenderRequest, step: int
) -> dict[str, bytes]:
    """A small WebP of each image after this step, where one is due; keyed like the images."""
    if request.preview_every < 1 or step % request.preview_every or step == request.steps:
        return {}
    return {
        lane.order.key: studio.previews.webp(lane.estimate)
        for lane in lanes
        if lane.estimate is not None
    }


def _pixels(model: Model, latents: torch.Tensor, frugal: Frugality) -> torch.Tensor | None:
    """(height, width, 3), on the CPU."""
    vae = _decoder(model, frugal)
    scaled = for_decoder(vae, latents.to(vae.device)).to(vae.dtype)
    image = _image(model, scaled, frugal.tile)
    if not torch.isfinite(image).all():
        return None
    pixels = (image.float() * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    return pixels.permute(1, 2, 0).contiguous().cpu()


def _decoder(model: Model, frugal: Frugality) -> Any:
    """The VAE where and as this render decodes; an earlier one may have left it elsewhere."""
    vae = model.pipe.vae
    place, dtype = model.device, model.decoder_dtype
    if frugal.decodes_on_host:
        place, dtype = torch.device("cpu"), torch.float32
    with torch.inference_mode(False):
        vae.to(device=place, dtype=dtype)
    return vae


def _image(model: Model, latents: torch.Tensor, tile: int | None) -> torch.Tensor:
    vae = model.pipe.vae
    if tile is not None:
        tiled: torch.Tensor = decoded_in_tiles(vae, latents, tile)[0]
        return tiled

    def decoded(latents: torch.Tensor) -> torch.Tensor:
        whole: torch.Tensor = vae.decode(latents, return_dict=False)[0]
        return whole

    return model.fast.run("decoder", vae, decoded, {"latents": latents})[0]
