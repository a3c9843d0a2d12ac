"""The house's own storage class on a real S3 server, with the rights that docker/s3 gives."""

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer

import pytest
import requests
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile

from config.environment import Environment
from config.file_settings import PART_BYTES, storage
from config.file_storage import HouseFiles
from tests.house import wait_until
from tests.production import seaweed

pytestmark = pytest.mark.production
WEBP = b"RIFF....WEBP" + bytes(40)


def files(server, role: str, **more: str) -> HouseFiles:
    keys = server.as_role(role)
    told = {
        "S3_BUCKET": seaweed.BUCKET,
        "S3_ENDPOINT_URL": keys.endpoint,
        "S3_ACCESS_KEY": keys.access_key,
        "S3_SECRET_KEY": keys.secret_key,
        **more,
    }
    return HouseFiles(**storage(Environment(told))["OPTIONS"])


@pytest.fixture
def web(seaweed_server):
    return files(seaweed_server, "web")


@pytest.fixture
def worker(seaweed_server):
    return files(seaweed_server, "worker")


@pytest.fixture
def admin(seaweed_server):
    return seaweed.client_of(seaweed_server.as_role("admin"))


def refused(call, *arguments, **named) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|Forbidden|403"):
        call(*arguments, **named)


class TestRights:
    @pytest.mark.parametrize(
        "key",
        ["generations/1/0.png", "thumbnails/1/0.webp", "pack-previews/1-0.png"],
    )
    def test_a_worker_delivers_and_takes_back(self, worker, web, key):
        worker.save(key, ContentFile(WEBP))
        assert web.open(key).read() == WEBP
        worker.delete(key)
        assert not web.exists(key)

    def test_a_worker_reads_weights_and_its_own_originals(self, worker, web):
        web.save("loras/a.safetensors", ContentFile(b"weights"))
        worker.save("generations/2/0.png", ContentFile(b"pixels"))
        assert worker.open("loras/a.safetensors").read() == b"weights"
        assert worker.open("generations/2/0.png").read() == b"pixels"

    def test_a_worker_may_touch_nothing_else(self, worker, web):
        web.save("covers/a.webp", ContentFile(WEBP))
        refused(worker.save, "loras/b.safetensors", ContentFile(b"planted"))
        refused(worker.save, "covers/b.webp", ContentFile(WEBP))
        refused(worker.delete, "covers/a.webp")
        refused(worker.open, "covers/a.webp")
        refused(worker.listdir, "generations")

    @pytest.mark.parametrize(
        "key",
        ["loras/c", "covers/c", "examples/c", "looks/c", "cards/c", "doctor/c"],
    )
    def test_web_keeps_what_curators_bring(self, web, key):
        web.save(key, ContentFile(b"content"))
        assert web.listdir(key.split("/", maxsplit=1)[0])[1]
        web.delete(key)
        assert not web.exists(key)

    def test_web_forgets_pictures_and_makes_none(self, web, worker):
        worker.save("generations/3/0.png", ContentFile(b"pixels"))
        refused(web.save, "generations/3/1.png", ContentFile(b"forged"))
        web.delete("generations/3/0.png")
        assert not web.exists("generations/3/0.png")

    @pytest.mark.parametrize("role", ["web", "worker"])
    def test_neither_may_prepare_a_bucket(self, seaweed_server, role):
        answer = seaweed.prepare(seaweed_server, role)
        assert answer.returncode == 1
        assert "could not be prepared" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_preparing_again_changes_nothing(self, seaweed_server, admin):
        before = admin.get_bucket_lifecycle_configuration(Bucket=seaweed.BUCKET)["Rules"]
        assert seaweed.prepare(seaweed_server).returncode == 0
        assert admin.get_bucket_lifecycle_configuration(Bucket=seaweed.BUCKET)["Rules"] == before
        assert {rule["ID"] for rule in before} >= {"forget-broken-off-uploads", "forget-probes"}


class TestLinks:
    def test_nothing_opens_without_one(self, seaweed_server, web):
        web.save("covers/private.webp", ContentFile(WEBP))
        bucket = f"{seaweed_server.endpoint}/{seaweed.BUCKET}"
        for address in (f"{bucket}/covers/private.webp", bucket, f"{bucket}?list-type=2"):
            assert requests.get(address, timeout=10).status_code == 403

    def test_it_opens_one_file_for_a_while_with_its_headers(self, web):
        web.save("covers/shown.webp", ContentFile(WEBP))
        answer = requests.get(web.url("covers/shown.webp"), timeout=10)
        assert answer.content == WEBP
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        other = web.url("covers/shown.webp").replace("shown", "private")
        assert requests.get(other, timeout=10).status_code == 403

    def test_it_closes(self, web):
        web.save("covers/soon.webp", ContentFile(WEBP))
        link = web.url("covers/soon.webp", expire=1)
        wait_until(
            lambda: requests.get(link, timeout=10).status_code == 403, 30, "the link stayed open"
        )

    def test_it_saves_under_the_name_it_is_given(self, web):
        web.save("covers/saved.webp", ContentFile(WEBP))
        said = 'attachment; filename="ink-7.webp"'
        link = web.url("covers/saved.webp", parameters={"ResponseContentDisposition": said})
        assert requests.get(link, timeout=10).headers["Content-Disposition"] == said

    def test_it_is_signed_for_the_public_address(self, seaweed_server):
        # The same server by another name, as behind a proxy.
        public = seaweed_server.endpoint.replace("127.0.0.1", "localhost")
        web = files(seaweed_server, "web", S3_PUBLIC_URL=public)
        web.save("covers/public.webp", ContentFile(WEBP))
        link = web.url("covers/public.webp")
        assert link.startswith(public)
        assert requests.get(link, timeout=10).content == WEBP


def test_large_files_go_and_come_in_parts(web, admin):
    content = os.urandom(2 * PART_BYTES + 5)
    web.save("loras/large.safetensors", ContentFile(content))
    kept = admin.head_object(Bucket=seaweed.BUCKET, Key="loras/large.safetensors")
    assert kept["ETag"].endswith('-3"')
    with web.open("loras/large.safetensors") as stored:
        found = hashlib.sha256(b"".join(stored.chunks())).hexdigest()
        assert stored.file._rolled, "a large file was read into memory"
    assert found == hashlib.sha256(content).hexdigest()


def test_it_encrypts_at_rest_when_told_to(seaweed_server, admin):
    marks = {"AES256": b"written in secret " * 400, "": b"written in the open " * 400}
    for how, content in marks.items():
        key = f"covers/{how or 'plain'}.webp"
        kept = files(seaweed_server, "web", S3_ENCRYPTION=how)
        kept.save(key, ContentFile(content))
        assert kept.open(key).read() == content
        told = admin.head_object(Bucket=seaweed.BUCKET, Key=key)
        assert told.get("ServerSideEncryption", "") == how
    disk = b"".join(p.read_bytes() for p in (seaweed_server.folder / "data").glob("*.dat"))
    assert marks[""][:18] in disk
    assert marks["AES256"][:18] not in disk


class _Busy(BaseHTTPRequestHandler):
    """Answers 503 until `refusals` is spent."""

    protocol_version = "HTTP/1.1"  # says at once that the body may come
    refusals = 0
    seen = 0

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).seen += 1
        busy = self.seen <= self.refusals
        self.send_response(503 if busy else 200)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(("refusals", "arrives"), [(3, True), (9, False)])
def test_it_tries_a_busy_store_again_at_random_distances(monkeypatch, refusals, arrives):
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)
    handler = type("Busy", (_Busy,), {"refusals": refusals})
    server = TCPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {"S3_BUCKET": "b", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b"}
    told["S3_ENDPOINT_URL"] = f"http://127.0.0.1:{server.server_address[1]}"
    kept = HouseFiles(**storage(Environment(told))["OPTIONS"])
    try:
        if arrives:
            kept.save("covers/a", ContentFile(b"x"))
        else:
            with pytest.raises(ClientError):
                kept.save("covers/a", ContentFile(b"x"))
    finally:
        server.shutdown()
        server.server_close()
    assert handler.seen == min(refusals + 1, 5)
    # A random share of a bound that doubles: no two workers come back at once.
    bounds = [2**attempt for attempt in range(len(waits))]
    assert all(0 < wait < bound for wait, bound in zip(waits, bounds, strict=True))
    assert len(set(waits)) == len(waits)
