"""The decoder's own layers and weights, in less memory traffic and fewer multiplications.

Decoding to 512 px is bound by memory on a CPU: each tensor has tens of megabytes. Blocks add and
activate in place, and a convolution after a doubling runs on the small image: of the nine values
it would see there, several are copies of each other, so four 2 x 2 kernels do the same work.
"""

from itertools import product
from typing import Any

import torch
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.upsampling import Upsample2D
from torch.nn import functional

# Rows of a 3 x 3 kernel that fall on the same pixel of the small image, by the output's phase.
SHARED_ROWS = (((0,), (1, 2)), ((0, 1), (2,)))


def make_thrifty(decoder: torch.nn.Module) -> None:
    """Replace what can be replaced; a block of another kind stays as it is."""
    for parent in list(decoder.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, ResnetBlock2D) and is_plain_block(child):
                setattr(parent, name, ThriftyBlock(child))
            elif isinstance(child, Upsample2D) and is_plain_doubling(child):
                setattr(parent, name, ThriftyDoubling(child))


class ThriftyBlock(torch.nn.Module):
    """A residual block without time embedding; takes and gives (1, channels, height, width)."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.norm1, self.conv1 = block.norm1, block.conv1
        self.norm2, self.conv2 = block.norm2, block.conv2
        self.conv_shortcut = block.conv_shortcut

    def forward(self, image: torch.Tensor, temb: None = None) -> torch.Tensor:
        hidden = self.conv1(functional.silu(self.norm1(image), inplace=True))
        hidden = self.conv2(functional.silu(self.norm2(hidden), inplace=True))
        kept = image if self.conv_shortcut is None else self.conv_shortcut(image)
        result: torch.Tensor = hidden.add_(kept)
        return result


class ThriftyDoubling(torch.nn.Module):
    """Nearest-neighbour doubling and a 3 x 3 convolution, as four 2 x 2 convolutions."""

    def __init__(self, doubling: Any) -> None:
        super().__init__()
        self.bias = doubling.conv.bias
        kernels = [_phase_kernel(doubling.conv.weight, *phase) for phase in _phases()]
        self.kernels = torch.nn.ParameterList(
            torch.nn.Parameter(kernel, requires_grad=False) for kernel in kernels
        )

    def forward(self, image: torch.Tensor, output_size: None = None) -> torch.Tensor:
        batch, _, height, width = image.shape
        result = torch.empty(
            (batch, len(self.bias), 2 * height, 2 * width),
            dtype=image.dtype,
            device=image.device,
            memory_format=torch.channels_last,
        )
        for (row, column), kernel in zip(_phases(), self.kernels, strict=True):
            seen = functional.conv2d(image, kernel, self.bias, padding=1)
            part = seen[:, :, row : row + height, column : column + width]
            result[:, :, row::2, column::2] = part
        return result


def _phases() -> list[tuple[int, int]]:
    return list(product((0, 1), (0, 1)))


def _phase_kernel(weight: torch.Tensor, row: int, column: int) -> torch.Tensor:
    rows = [weight[:, :, list(shared)].sum(2) for shared in SHARED_ROWS[row]]
    small = torch.stack(rows, dim=2)
    columns = [small[:, :, :, list(shared)].sum(3) for shared in SHARED_ROWS[column]]
    return torch.stack(columns, dim=3).contiguous(memory_format=torch.channels_last)


def is_plain_block(block: Any) -> bool:
    """Whether all that it does is written in `ThriftyBlock`."""
    changes_size = block.upsample is not None or block.downsample is not None
    is_silu = isinstance(block.nonlinearity, torch.nn.SiLU)
    has_time = block.time_emb_proj is not None
    return is_silu and not changes_size and not has_time and block.output_scale_factor == 1


def is_plain_doubling(doubling: Any) -> bool:
    """Whether all that it does is written in `ThriftyDoubling`."""
    conv = doubling.conv
    is_bare = doubling.norm is None and doubling.interpolate and not doubling.use_conv_transpose
    return is_bare and isinstance(conv, torch.nn.Conv2d) and conv.kernel_size == (3, 3)
