"""Training the starter model from nothing: draw, VAE, latents, base, LoRAs, export."""
