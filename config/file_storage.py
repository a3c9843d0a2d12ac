"""Files in an S3-compatible store: how long caches may keep them, and links that open them."""

from functools import cached_property
from typing import Any

import boto3
from storages.backends.s3 import S3Storage

YEAR = "max-age=31536000, immutable"
# What lies under a key of these never changes: it derives from an id or from the bytes' digest.
CACHED = {
    "generations/": f"private, {YEAR}",
    "thumbnails/": f"private, {YEAR}",
    "loras/": f"private, {YEAR}",
    "covers/": f"public, {YEAR}",
    "examples/": f"public, {YEAR}",
    "looks/": f"public, {YEAR}",
    "cards/": f"public, {YEAR}",
}
OTHERS = "private, no-cache"


class HouseFiles(S3Storage):  # type: ignore[misc]
    """S3 with headers for caches on every object, and links signed for the address people use.

    `public_url`: the store's address as browsers know it, where that is not `endpoint_url`.
    """

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "public_url": ""}

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        told = super().get_object_parameters(name)
        cached = next((how for start, how in CACHED.items() if name.startswith(start)), OTHERS)
        return {"CacheControl": cached, **told}

    def url(
        self,
        name: str,
        parameters: dict[str, Any] | None = None,
        expire: int | None = None,
        http_method: str | None = None,
    ) -> str:
        """A link that opens for `expire` seconds, or as long as the house's links do."""
        if not self.public_url:
            return str(super().url(name, parameters, expire, http_method))
        key = self._normalize_name(name)
        asked = {**(parameters or {}), "Bucket": self.bucket_name, "Key": key}
        return str(
            self._signer.generate_presigned_url(
                "get_object",
                Params=asked,
                ExpiresIn=expire or self.querystring_expire,
                HttpMethod=http_method,
            )
        )

    @cached_property
    def _signer(self) -> Any:
        # Signing asks no network; clients, unlike resources, may be shared by threads.
        return boto3.client(
            "s3",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region_name,
            endpoint_url=self.public_url,
            config=self.client_config,
        )
