"""Where files are kept: a folder, or any S3-compatible store that the S3_* variables name."""

import mimetypes
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

if TYPE_CHECKING:
    from botocore.config import Config

# Python 3.11 does not know the first, and slim images have no /etc/mime.types to tell it: a
# picture kept as "application/octet-stream" is saved by browsers instead of shown.
for _kind, _ending in (("image/webp", ".webp"), ("image/avif", ".avif")):
    mimetypes.add_type(_kind, _ending)

MIB = 1024 * 1024
# One request up to here, then parts of this size side by side.
PART_BYTES = 16 * MIB
PARTS_AT_ONCE = 4
# A file that is read is kept in memory up to here, then in the folder for temporary files.
IN_MEMORY_BYTES = 32 * MIB
# Browsers remember the way to a link for five minutes; S3 takes links of a week at most.
LINK_SECONDS = range(300, 7 * 24 * 60 * 60 + 1)


def storage(env: Environment) -> dict[str, Any]:
    """Django's STORAGES["default"]. Raises ImproperlyConfigured for S3_* that make no sense."""
    if not env.str("S3_BUCKET", default=""):
        folder = "django.core.files.storage.FileSystemStorage"
        return {"BACKEND": folder, "OPTIONS": {"allow_overwrite": True}}
    return {"BACKEND": "config.file_storage.HouseFiles", "OPTIONS": _options(env)}


def picture_origin(env: Environment) -> str:
    """Where browsers fetch pictures from, beside this site; empty for a folder."""
    if not env.str("S3_BUCKET", default=""):
        return ""
    known = env.str("S3_PUBLIC_URL", default="") or env.str("S3_ENDPOINT_URL", default="")
    return str(known)


def _options(env: Environment) -> dict[str, Any]:
    # Imported for those who use it: boto3 takes its time.
    from boto3.s3.transfer import TransferConfig

    return {
        "bucket_name": env.str("S3_BUCKET"),
        "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
        "public_url": env.str("S3_PUBLIC_URL", default=""),
        "region_name": env.str("S3_REGION", default="us-east-1"),
        "querystring_expire": _link_seconds(env),
        "default_acl": None,
        "file_overwrite": True,
        "max_memory_size": IN_MEMORY_BYTES,
        "object_parameters": _encryption(env),
        "client_config": client_config(env),
        "transfer_config": TransferConfig(
            multipart_threshold=PART_BYTES,
            multipart_chunksize=PART_BYTES,
            max_concurrency=PARTS_AT_ONCE,
        ),
        **_keys(env),
    }


def _link_seconds(env: Environment) -> int:
    seconds = int(env.int("S3_LINK_SECONDS", default=900))
    if seconds not in LINK_SECONDS:
        raise ImproperlyConfigured(
            f"S3_LINK_SECONDS must be {LINK_SECONDS[0]} to {LINK_SECONDS[-1]}, not {seconds}."
        )
    return seconds


def _keys(env: Environment) -> dict[str, str]:
    """Without both, boto3 looks for credentials itself: a profile, or the role of the machine."""
    keys = {
        "access_key": env.str("S3_ACCESS_KEY", default=""),
        "secret_key": env.str("S3_SECRET_KEY", default=""),
    }
    if any(keys.values()) and not all(keys.values()):
        raise ImproperlyConfigured("Set S3_ACCESS_KEY and S3_SECRET_KEY, or neither of them.")
    return {name: key for name, key in keys.items() if key}


def _encryption(env: Environment) -> dict[str, str]:
    how = env.choice("S3_ENCRYPTION", "", "AES256", "aws:kms")
    key = env.str("S3_ENCRYPTION_KEY", default="")
    if key and how != "aws:kms":
        raise ImproperlyConfigured("S3_ENCRYPTION_KEY needs S3_ENCRYPTION=aws:kms.")
    told = {"ServerSideEncryption": how, "SSEKMSKeyId": key}
    return {name: value for name, value in told.items() if value}


def client_config(env: Environment) -> "Config":
    """How to speak to the store: patiently, and by paths, which every store understands."""
    from botocore.config import Config

    addressing = env.choice("S3_ADDRESSING", "path", "virtual", "auto")
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": addressing},  # type: ignore[arg-type]
        # Stores other than Amazon's do not know the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # After a random share of 0.05, 0.1, 0.2 … seconds, of 1, 2, 4 … where the store is busy.
        retries={"mode": "standard", "total_max_attempts": 5},
        connect_timeout=5,
        read_timeout=30,
    )
