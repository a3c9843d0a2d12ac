"""Make the bucket, close it to the public and set its lifecycle. May be run again at any time.

    S3_BUCKET=house-images S3_ENDPOINT_URL=http://s3:8333 \\
    S3_ACCESS_KEY=… S3_SECRET_KEY_FILE=… python docker/s3/prepare_bucket.py

The keys are the store's administrator's: neither web nor workers may do this.
"""

import json
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from config.environment import Environment  # noqa: E402
from config.file_settings import client_config  # noqa: E402

LIFECYCLE = Path(__file__).with_name("lifecycle.json")
CLOSED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
# What stores other than Amazon's say to a call that they do not have.
UNKNOWN = {"NotImplemented", "MethodNotAllowed", "MalformedXML"}


def main() -> int:
    try:
        prepare(Environment())
    except (ImproperlyConfigured, BotoCoreError, ClientError) as error:
        print(f"The bucket could not be prepared: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(env: Environment) -> None:
    bucket, client = env.str("S3_BUCKET"), _client(env)
    _make(client, bucket, env.str("S3_REGION", default="us-east-1"))
    rules = json.loads(LIFECYCLE.read_text())
    _try(
        "closing it to the public",
        client.put_public_access_block,
        Bucket=bucket,
        PublicAccessBlockConfiguration=CLOSED,
    )
    _try(
        "its lifecycle",
        client.put_bucket_lifecycle_configuration,
        Bucket=bucket,
        LifecycleConfiguration=rules,
    )
    print(f"{bucket} is ready.")


def _client(env: Environment) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=env.str("S3_ENDPOINT_URL", default="") or None,
        region_name=env.str("S3_REGION", default="us-east-1"),
        aws_access_key_id=env.str("S3_ACCESS_KEY", default="") or None,
        aws_secret_access_key=env.str("S3_SECRET_KEY", default="") or None,
        config=client_config(env),
    )


def _make(client: Any, bucket: str, region: str) -> None:
    elsewhere = {} if region == "us-east-1" else {"LocationConstraint": region}
    place = {"CreateBucketConfiguration": elsewhere} if elsewhere else {}
    try:
        client.create_bucket(Bucket=bucket, **place)
    except client.exceptions.BucketAlreadyOwnedByYou:
        pass
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyExists":
            raise
        client.head_bucket(Bucket=bucket)  # raises where it is somebody else's


def _try(what: str, call: Any, **asked: Any) -> None:
    try:
        call(**asked)
    except ClientError as error:
        if error.response["Error"]["Code"] not in UNKNOWN:
            raise
        print(f"This store does not know {what}; see docs/operating.md.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
