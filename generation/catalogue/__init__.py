"""The pictures a house publishes of its packs: covers, examples and the sample sheets."""
