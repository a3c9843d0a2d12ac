"""OpenTelemetry traces and Sentry, each only where its variable is set and its packages are there.

`pip install -r requirements-observability.txt` brings both. Neither is told people's words.
"""

import logging
from typing import Any

from django.conf import settings

from config.logs import discreet
from generation import logs

logger = logging.getLogger(__name__)
MISSING = "%s is set, but its packages are not there: pip install -r requirements-observability.txt"


def begin(service: str) -> None:
    """Once in each process that works, after it was forked. Never raises for want of a package."""
    if settings.TRACES_ENDPOINT:
        _guarded(_begin_traces, "OTEL_EXPORTER_OTLP_ENDPOINT", service)
    if settings.SENTRY_DSN:
        _guarded(_begin_sentry, "SENTRY_DSN", service)


def _guarded(begin_one: Any, variable: str, service: str) -> None:
    try:
        begin_one(service)
    except ImportError:
        logger.warning(MISSING, variable)


def _begin_traces(service: str) -> None:
    """Celery's messages carry the trace on: what a request rings for continues it."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"housestyle-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call, unused-ignore]


def _begin_sentry(service: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        server_name=service,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_scrubbed,
    )


def _scrubbed(event: Any, hint: object) -> Any:
    # The address may be a secret link, its query somebody's words, a header a token.
    event.pop("request", None)
    return _discreet_all(event)


def _discreet_all(value: Any) -> Any:
    if isinstance(value, str):
        return discreet(value, logs.scope().unsaid)
    if isinstance(value, dict):
        return {key: _discreet_all(each) for key, each in value.items()}
    return [_discreet_all(each) for each in value] if isinstance(value, list | tuple) else value
