"""Where files go, by the environment; and what an S3 store is told with each of them."""

import mimetypes
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment
from config.file_settings import picture_origin, storage
from config.file_storage import HouseFiles

S3 = {
    "S3_BUCKET": "house",
    "S3_ENDPOINT_URL": "http://store.internal:8333",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
}


def files(**more) -> HouseFiles:
    return HouseFiles(**storage(Environment({**S3, **more}))["OPTIONS"])


def test_without_a_bucket_files_lie_in_a_folder():
    assert storage(Environment({}))["BACKEND"].endswith("FileSystemStorage")
    assert picture_origin(Environment({"S3_PUBLIC_URL": "https://x.example"})) == ""


def test_links_are_signed_for_the_address_that_browsers_know():
    link = files(S3_PUBLIC_URL="https://files.example.org", S3_LINK_SECONDS="600").url("covers/a b")
    parts = urlsplit(link)
    assert (parts.netloc, parts.path) == ("files.example.org", "/house/covers/a%20b")
    assert parse_qs(parts.query)["X-Amz-Expires"] == ["600"]
    assert files().url("covers/a").startswith("http://store.internal:8333/house/covers/a?")


def test_the_policy_allows_pictures_from_there():
    assert picture_origin(Environment(S3)) == S3["S3_ENDPOINT_URL"]
    public = {**S3, "S3_PUBLIC_URL": "https://files.example.org"}
    assert picture_origin(Environment(public)) == "https://files.example.org"


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("generations/1/0.png", "private, max-age=31536000, immutable"),
        ("thumbnails/1/0.webp", "private, max-age=31536000, immutable"),
        ("covers/ink-1.webp", "public, max-age=31536000, immutable"),
        ("pack-previews/7-0.png", "private, no-cache"),
        ("doctor/probe.txt", "private, no-cache"),
    ],
)
def test_caches_are_told_how_long_a_file_stays_as_it_is(key, kept):
    assert files().get_object_parameters(key)["CacheControl"] == kept


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, {}),
        ({"S3_ENCRYPTION": "AES256"}, {"ServerSideEncryption": "AES256"}),
        (
            {"S3_ENCRYPTION": "aws:kms", "S3_ENCRYPTION_KEY": "k"},
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"},
        ),
    ],
)
def test_encryption_is_asked_for_with_every_file(asked, told):
    parameters = files(**asked).get_object_parameters("covers/a.webp")
    parameters.pop("CacheControl")
    assert parameters == told


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"S3_ENCRYPTION": "rot13"}, "S3_ENCRYPTION must be one of empty, AES256, aws:kms"),
        ({"S3_ENCRYPTION_KEY": "k"}, "S3_ENCRYPTION_KEY needs S3_ENCRYPTION=aws:kms"),
        ({"S3_SECRET_KEY": ""}, "S3_ACCESS_KEY and S3_SECRET_KEY, or neither"),
        ({"S3_LINK_SECONDS": "60"}, "S3_LINK_SECONDS must be 300 to 604800, not 60"),
    ],
)
def test_what_makes_no_sense_is_refused(asked, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        files(**asked)


def test_without_keys_boto3_looks_for_them_itself():
    found = files(S3_ACCESS_KEY="", S3_SECRET_KEY="")
    assert not found.access_key
    assert not found.secret_key


@pytest.mark.parametrize(("name", "kind"), [("a.webp", "image/webp"), ("a.avif", "image/avif")])
def test_pictures_keep_their_kind_where_the_system_knows_no_kinds(name, kind):
    assert mimetypes.guess_type(name)[0] == kind
