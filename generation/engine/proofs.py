"""That bytes are the file a pack was published with, found out while they are already used.

Hashing 170 MB takes 0.1 to 0.2 s, as long as five steps of SDXL, and needs nobody to wait.
"""

import hashlib
import threading
from concurrent.futures import Future
from pathlib import Path

from generation.engine.contract import LoraRefused, LoraUse
from generation.engine.tensor_files import TensorFile


class Proof:
    """That the bytes of `use` are its file. What was made here, without one, is proven."""

    def __init__(self, use: LoraUse | None = None) -> None:
        self._use = use
        self.digest: Future[str] = Future()

    @property
    def is_known(self) -> bool:
        """Whether `wait` would answer at once."""
        return self._use is None or self.digest.done()

    def wait(self) -> None:
        """Until the answer is known; LoraRefused where it is another file."""
        if self._use is not None:
            _compare(self._use, self.digest.result())


def proof_of(file: TensorFile, use: LoraUse) -> Proof:
    """Begin to hash the file's bytes, beside the program and once they are there."""
    proof = Proof(use)
    threading.Thread(target=_hash, args=(file, proof.digest), daemon=True).start()
    return proof


def refuse_other_file(use: LoraUse) -> None:
    """Hash what lies there now; LoraRefused where it is another file, OSError where it is none."""
    with Path(use.path).open("rb") as file:
        _compare(use, hashlib.file_digest(file, "sha256").hexdigest())


def _compare(use: LoraUse, digest: str) -> None:
    if digest != use.sha256:
        raise LoraRefused(
            f"The LoRA '{use.name}' is not the file the pack was published with "
            "(its SHA-256 differs). Restore the original file."
        )


def _hash(file: TensorFile, digest: Future[str]) -> None:
    try:
        file.wait()
        digest.set_result(hashlib.sha256(file.raw.numpy().data).hexdigest())
    except (OSError, ValueError):
        # It changed while it was read: whatever it is now, it was not published.
        digest.set_result("")
    except BaseException as error:  # whoever asks is told, whatever it is
        digest.set_exception(error)
