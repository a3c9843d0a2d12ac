"""Probes and figures on PostgreSQL, Redis and S3."""

import pytest
import requests

from tests.house import House

pytestmark = [pytest.mark.production, pytest.mark.model]


def test_it_is_ready_with_every_service(production_house: House):
    answer = requests.get(f"{production_house.address}/readyz", timeout=10)
    parts = dict.fromkeys(("database", "migrations", "cache", "broker", "storage"), "ok")
    assert answer.json() == {"ready": True, "parts": parts}


def test_it_tells_an_idle_queue_from_none(production_house: House):
    figures = requests.get(f"{production_house.address}/metrics", timeout=10).text
    idle = 'housestyle_queue_device_seconds{queue="render.sd15.cpu",state="waiting"} 0.0'
    assert idle in figures
