"""What can go wrong with packs. Every message is one plain sentence a person can act on."""


class PackError(Exception):
    """Base of every refusal in this room; `str()` of it may be shown to people as it is."""


class PackUnknown(PackError):
    """No pack has this slug."""


class PackRetired(PackError):
    """The pack was offered once and is no more."""


class VersionFrozen(PackError):
    """A published version was about to change; make a new version instead."""


class LoraUnfit(PackError):
    """A file that cannot be taken in as a LoRA."""


class LoraAlreadyHere(LoraUnfit):
    """The very same bytes were taken in before; `lora` is the row that holds them."""

    def __init__(self, message: str, lora: object) -> None:
        super().__init__(message)
        self.lora = lora


class PublishingRefused(PackError):
    """A version that may not be published; `problems` lists every reason, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class BundleRefused(PackError):
    """A bundle that cannot be written or read."""


class CheckpointUnreadable(PackError):
    """A checkpoint's folder or file is missing or is not a model."""
