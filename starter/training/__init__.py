"""Training the starter model from nothing: draw, VAE, latents, base, LoRAs, export."""

import os

# Before anything can look for GPUs: each process of torchrun sees its own as cuda:0, so that all
# share one compile cache.
if "LOCAL_RANK" in os.environ:
    _seen = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    _place = int(os.environ["LOCAL_RANK"])
    os.environ["CUDA_VISIBLE_DEVICES"] = _seen[_place] if len(_seen) > 1 else str(_place)
