"""Small pictures of unfinished latents, cheap enough to send at every few steps.

Decoding for real costs as much as several steps, so a preview is one matrix product: a linear map
from a latent's channels to red, green and blue. The map is fitted once per checkpoint, by least
squares between latents and the pixels that the checkpoint's own VAE makes of them.
"""

import io

import torch
from PIL import Image

from generation.engine.latent_scale import encoded, for_denoiser, picture_of
from generation.engine.pipelines import Model

PREVIEW_EDGE = 128
WEBP_QUALITY = 60
FITTED_IMAGES = 6
FITTED_EDGE_LATENTS = 8
RIDGE = 1e-2


class PreviewMap:
    """Latents to a WebP of at most PREVIEW_EDGE pixels (1 to 3 ms on a CPU)."""

    def __init__(self, model: Model) -> None:
        self._weights = fitted_map(model)

    def webp(self, latents: torch.Tensor) -> bytes:
        """`latents` is (1, channels, height, width), in the denoiser's scale."""
        flat = latents[0].float().cpu().flatten(1).T
        rgb = _with_constant(flat) @ self._weights
        height, width = latents.shape[-2:]
        pixels = rgb.view(height, width, 3).add(1).mul(127.5).round().clamp(0, 255)
        return _small_webp(Image.fromarray(pixels.to(torch.uint8).numpy()))


@torch.no_grad()
def fitted_map(model: Model) -> torch.Tensor:
    """(channels + 1, 3) least-squares weights; the last row is the constant."""
    vae, scale = model.pipe.vae, model.pixels_per_latent
    # An encoder overflows in half precision, too.
    vae.to(torch.float32)
    drawn = _colour_fields(FITTED_EDGE_LATENTS * scale).to(model.device)
    latents = torch.cat([encoded(vae, image[None]) for image in drawn])
    pictures = torch.cat([picture_of(vae, latent[None]) for latent in latents])
    vae.to(model.decoder_dtype)
    colours = torch.nn.functional.avg_pool2d(pictures.float(), scale)
    known = _rows(for_denoiser(vae, latents.float()))
    return _least_squares(_with_constant(known), _rows(colours))


def _colour_fields(edge: int) -> torch.Tensor:
    # Fields of random colour at several sizes, mixed: the colours and contrasts that pictures
    # have, from a fixed seed, so that a checkpoint always gets the same map.
    chance = torch.Generator().manual_seed(0)
    layers = []
    for cells in (2, 4, 16):
        field = torch.rand(FITTED_IMAGES, 3, cells, cells, generator=chance) * 2 - 1
        mode = "bilinear" if cells < 16 else "nearest"
        layers.append(torch.nn.functional.interpolate(field, size=edge, mode=mode))
    return (layers[0] + 0.6 * layers[1] + 0.4 * layers[2]).clamp(-1, 1)


def _rows(images: torch.Tensor) -> torch.Tensor:
    return images.cpu().permute(0, 2, 3, 1).flatten(0, 2)


def _with_constant(rows: torch.Tensor) -> torch.Tensor:
    return torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)


def _least_squares(known: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    # A little ridge keeps the map sane for latent channels that carry no colour.
    gram = known.T @ known / len(known) + RIDGE * torch.eye(known.shape[1])
    solution: torch.Tensor = torch.linalg.solve(gram, known.T @ wanted / len(known))
    return solution


def _small_webp(image: Image.Image) -> bytes:
    ratio = PREVIEW_EDGE / max(image.size)
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    out = io.BytesIO()
    image.resize(size, Image.Resampling.BICUBIC).save(out, "WEBP", quality=WEBP_QUALITY, method=2)
    return out.getvalue()
