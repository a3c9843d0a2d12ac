"""Zip files that are made to fill a disk or a memory are told before they are unpacked."""

import io
import os
import zipfile

from stylepacks.errors import BundleRefused
from stylepacks.rules.bundle_format import MAX_LORAS

CHUNK_BYTES = 1 << 20
# One manifest, one cover, the LoRAs.
MOST_MEMBERS = MAX_LORAS + 2
# Weights hardly shrink: what unpacks to more than this many times its size was made to.
MOST_UNPACKED = 100
ALLOWED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ENCRYPTED = 0x1


class BundleFile(io.FileIO):
    """A file that is never read in one piece larger than a chunk.

    `zipfile` reads a zip's list of members at once, however long that says it is.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, os.fstat(self.fileno()).st_size - self.tell())
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted > CHUNK_BYTES:
            raise BundleRefused("The bundle's list of files is too long: export it again.")
        return super().read(wanted) or b""


def refuse_bomb(bundle: zipfile.ZipFile, byte_size: int) -> None:
    """BundleRefused for more members, or more bytes, than a bundle of `byte_size` can hold."""
    members = bundle.infolist()
    if len(members) > MOST_MEMBERS:
        raise BundleRefused(
            f"The bundle holds {len(members):,} files, and a pack has at most {MOST_MEMBERS}."
        )
    if any(_is_odd(member) for member in members):
        raise BundleRefused("The bundle is packed in a way that is not read: export it again.")
    if sum(member.file_size for member in members) > MOST_UNPACKED * byte_size:
        raise BundleRefused(
            f"The bundle unpacks to more than {MOST_UNPACKED} times its own size, as no pack "
            "does: export it again."
        )


def _is_odd(member: zipfile.ZipInfo) -> bool:
    return member.compress_type not in ALLOWED or bool(member.flag_bits & ENCRYPTED)
