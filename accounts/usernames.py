"""Handles nobody sees: people sign in by email, and nothing of it goes into the handle."""

import secrets


def random_username(kind: str) -> str:
    """A new handle such as "maker-5f0c…"; `kind` tells staff what the row is."""
    return f"{kind}-{secrets.token_hex(8)}"
