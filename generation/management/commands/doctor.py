"""`manage.py doctor [--json]`: what is configured, reachable and loaded, and the cure when not."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from generation.models import Generation, Worker
from generation.states import State
from generation.watching import readiness
from stylepacks.models import Checkpoint, StylePack

LOW_DISK_BYTES = 500 * 1024 * 1024
TOKEN_CHARACTERS = 16
LAST_PORT = 65535


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    found: str
    cure: str = ""


class Command(BaseCommand):
    help = "Say what is configured, reachable and loaded; exit 1 with the cure when it is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: object, **options: object) -> None:
        checks = [_guarded(check) for check in CHECKS]
        healthy = all(check.ok for check in checks)
        if options["json"]:
            found = {"healthy": healthy, "checks": [asdict(check) for check in checks]}
            self.stdout.write(json.dumps(found))
        else:
            self._print(checks)
        if not healthy:
            raise SystemExit(1)

    def _print(self, checks: list[Check]) -> None:
        for check in checks:
            mark = self.style.SUCCESS("ok  ") if check.ok else self.style.ERROR("FAIL")
            self.stdout.write(f"{mark} {check.name:<12} {check.found}")
            if not check.ok:
                self.stderr.write(f"     {check.name}: {check.cure}")


def _guarded(check: Callable[[], Check]) -> Check:
    """A check that itself breaks is a finding like any other: its error is what was found."""
    try:
        return check()
    except Exception as error:
        name = check.__name__.removeprefix("_check_")
        return Check(name, False, f"{type(error).__name__}: {error}"[:300], CURES[name])


def _check_database() -> Check:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    found = f"{connection.vendor}, {len(waiting)} migrations waiting"
    return Check("database", not waiting, found, "Run `manage.py migrate`.")


def _check_broker() -> Check:
    from celery import current_app

    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=3)
    return Check("broker", True, settings.CELERY_BROKER_URL.split("@")[-1])


def _check_cache() -> Check:
    readiness.PARTS["cache"]()
    return Check("cache", True, "redis" if settings.REDIS_URL else "in each process")


def _check_storage() -> Check:
    name = default_storage.save("doctor/probe.txt", ContentFile(b"probe"))
    with default_storage.open(name) as stored:
        intact = stored.read() == b"probe"
    default_storage.delete(name)
    backend = str(cast("dict[str, object]", settings.STORAGES["default"])["BACKEND"])
    return Check("storage", intact, backend.rsplit(".", 1)[1], CURES["storage"])


def _check_disk() -> Check:
    free = shutil.disk_usage(settings.DATA_DIR).free
    found = f"{free / 2**30:.1f} GiB free in {settings.DATA_DIR}"
    return Check("disk", free > LOW_DISK_BYTES, found, CURES["disk"])


def _check_checkpoint() -> Check:
    checkpoint = Checkpoint.objects.filter(is_default=True).first()
    if checkpoint is None:
        return Check("checkpoint", False, "no default checkpoint", CURES["checkpoint"])
    location = Path(settings.BASE_DIR, checkpoint.location)
    there = location.exists() or checkpoint.location.count("/") == 1
    return Check(
        "checkpoint", there, f"{checkpoint.slug} at {checkpoint.location}", CURES["checkpoint"]
    )


def _check_packs() -> Check:
    published = StylePack.objects.filter(state=StylePack.State.PUBLISHED).count()
    return Check("packs", published > 0, f"{published} published", CURES["packs"])


def _check_workers() -> Check:
    fresh = timezone.now() - timedelta(seconds=3 * settings.PULSE_SECONDS)
    alive = list(Worker.objects.filter(last_seen_at__gte=fresh, is_ready=True))
    names = ", ".join(f"{worker.name} on {worker.device}" for worker in alive) or "none alive"
    waiting = Generation.objects.filter(state=State.QUEUED.value).count()
    return Check("workers", bool(alive), f"{names}; {waiting} waiting", CURES["workers"])


def _check_figures() -> Check:
    token, port = settings.METRICS_TOKEN, settings.METRICS_PORT
    who = "its token" if token else "this machine alone"
    found = f"/metrics open to {who}; {f'workers at port {port}' if port else 'none of workers'}"
    sound = (not token or len(token) >= TOKEN_CHARACTERS) and 0 <= port <= LAST_PORT
    return Check("figures", sound, found, CURES["figures"])


def _check_traces() -> Check:
    packages = ("sdk", "exporter.otlp.proto.http", "instrumentation.celery")
    needed = [f"opentelemetry.{name}" for name in packages]
    return _optional("traces", settings.TRACES_ENDPOINT, needed)


def _check_reports() -> Check:
    return _optional("reports", settings.SENTRY_DSN, ["sentry_sdk"])


def _optional(name: str, address: str, packages: list[str]) -> Check:
    """Off, or on with its packages. Of the address only the host is told: the rest is a secret."""
    if not address:
        return Check(name, True, "off")
    host = urlsplit(address).hostname or "no host"
    try:
        for package in packages:
            import_module(package)
    except ImportError as missing:
        return Check(name, False, f"to {host}, without {missing.name}", CURES[name])
    return Check(name, host != "no host", f"on, to {host}", CURES[name])


CURES = {
    "database": "Check DATABASE_URL, then run `manage.py migrate`.",
    "broker": "Start the broker, or correct CELERY_BROKER_URL.",
    "cache": "Start Redis, or correct REDIS_URL.",
    "storage": "Check the S3_* variables, or the rights on the data folder.",
    "disk": "Free some space, or set HOUSESTYLE_DATA to a larger disk.",
    "checkpoint": "Run `manage.py install_starter`.",
    "packs": "Run `manage.py install_starter`, or publish a pack in the admin.",
    "workers": "Start one: `make run`, or `celery -A config worker` with your queues.",
    "figures": f"Give HOUSESTYLE_METRICS_TOKEN {TOKEN_CHARACTERS} characters or more, and "
    f"HOUSESTYLE_METRICS_PORT a number from 0 to {LAST_PORT}.",
    "traces": "Correct OTEL_EXPORTER_OTLP_ENDPOINT, or run "
    "`pip install -r requirements-observability.txt`.",
    "reports": "Correct SENTRY_DSN, or run `pip install -r requirements-observability.txt`.",
}
CHECKS = (
    _check_database,
    _check_broker,
    _check_cache,
    _check_storage,
    _check_disk,
    _check_checkpoint,
    _check_packs,
    _check_workers,
    _check_figures,
    _check_traces,
    _check_reports,
)
