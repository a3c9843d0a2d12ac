"""What became of every submission, read from the database and the bucket, not from logs."""

import hashlib
import io
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import requests
from PIL import Image
from psycopg.rows import dict_row

from benchmarks.chaos.ground import BUCKET, Ground
from benchmarks.chaos.people import Client
from benchmarks.standin.renderer import pixels

ENDED = {"done", "failed", "cancelled", "blocked"}
ASKED_FOR, TRIES = 300, 10


@dataclass
class Findings:
    """Each list names what is wrong; empty lists are what this is run for."""

    lost: list[str]
    delivered_twice: list[str]
    allowance_wrong: list[str]
    wrong_owner: list[str]
    stuck: list[str]
    failed: list[str]

    def figures(self) -> dict[str, int]:
        return {name: len(found) for name, found in vars(self).items()}


def check(ground: Ground, clients: Sequence[Client], address: str, *, drawn: bool) -> Findings:
    """Everything there is to compare. `drawn`: the stand-in's pictures say whose they are."""
    with psycopg.connect(ground.postgres.url, row_factory=dict_row) as database:
        rows = _rows(database)
        images = _images(database)
        objects = _objects(ground)
        return Findings(
            lost=_lost(clients, rows, images, objects),
            delivered_twice=_twice(clients, rows, images, objects, database),
            allowance_wrong=_allowance(database),
            wrong_owner=[
                *_rows_of_others(clients, rows),
                *_answers(clients, rows, address),
                *(_wrong_pictures(ground, images) if drawn else ()),
            ],
            stuck=[str(pk) for pk, row in rows.items() if row["state"] not in ENDED],
            failed=[
                f"{pk}: {row['error']}" for pk, row in rows.items() if row["state"] == "failed"
            ],
        )


def _rows(database: Any) -> dict[str, dict[str, Any]]:
    found = database.execute(
        "SELECT g.id::text AS id, state, count, seed, error, idempotency_key, username"
        " FROM generation_generation g JOIN accounts_user u ON u.id = person_id"
    )
    return {row["id"]: row for row in found}


def _images(database: Any) -> dict[tuple[str, int], dict[str, Any]]:
    found = database.execute(
        "SELECT generation_id::text AS id, index, file, thumbnail, thumbnail_large, sha256, seed"
        " FROM generation_generatedimage"
    )
    return {(row["id"], row["index"]): row for row in found}


def _objects(ground: Ground) -> set[str]:
    pages = ground.store.client().get_paginator("list_objects_v2")
    return {
        entry["Key"]
        for prefix in ("generations/", "thumbnails/")
        for page in pages.paginate(Bucket=BUCKET, Prefix=prefix)
        for entry in page.get("Contents", ())
    }


def _lost(
    clients: Sequence[Client],
    rows: dict[str, dict[str, Any]],
    images: dict[tuple[str, int], dict[str, Any]],
    objects: set[str],
) -> list[str]:
    """Accepted, and there is no row; or done, and a picture or one of its files is missing."""
    accepted = [pk for client in clients for pk in client.accepted]
    gone = [f"{pk}: no row" for pk in accepted if pk not in rows]
    for pk, row in rows.items():
        if row["state"] != "done":
            continue
        gone += [f"{pk}: no image {at}" for at in range(row["count"]) if (pk, at) not in images]
    for image in images.values():
        files = (image["file"], image["thumbnail"], image["thumbnail_large"])
        gone += [f"{name}: not in the bucket" for name in files if name not in objects]
    return gone


def _twice(
    clients: Sequence[Client],
    rows: dict[str, dict[str, Any]],
    images: dict[tuple[str, int], dict[str, Any]],
    objects: set[str],
    database: Any,
) -> list[str]:
    """Two rows for one key, more images than asked for, files of no image, an image paid twice."""
    keys = Counter((row["username"], row["idempotency_key"]) for row in rows.values())
    found = [f"{key}: {number} rows" for key, number in keys.items() if number > 1]
    found += [said for client in clients for said in client.mistakes if "became" in said]
    found += [f"{pk}: image {at}" for pk, at in images if at >= rows[pk]["count"]]
    known = {
        image[name]
        for image in images.values()
        for name in ("file", "thumbnail", "thumbnail_large")
    }
    ended_well = {pk for pk, row in rows.items() if row["state"] == "done"}
    found += [name for name in objects - known if name.split("/")[1] in ended_well]
    paid = database.execute(
        'SELECT reference, "index", count(*) FROM accounts_allowancehold'
        ' GROUP BY reference, "index" HAVING count(*) > 1'
    )
    return found + [f"{row['reference']}: {row['count']} holds" for row in paid]


def _allowance(database: Any) -> list[str]:
    """Every hold is closed, settled exactly for delivered images; every day's sums agree."""
    holds = database.execute(
        "SELECT h.reference, h.index, h.state, i.id IS NOT NULL AS delivered"
        " FROM accounts_allowancehold h LEFT JOIN generation_generatedimage i"
        " ON i.generation_id::text = h.reference AND i.index = h.index"
        " WHERE (h.state = 'settled') <> (i.id IS NOT NULL) OR h.state = 'held'"
    )
    unpaid = database.execute(
        "SELECT i.generation_id FROM generation_generatedimage i WHERE NOT EXISTS"
        " (SELECT 1 FROM accounts_allowancehold h WHERE h.reference = i.generation_id::text"
        " AND h.index = i.index AND h.state = 'settled')"
    )
    sums = database.execute(
        "SELECT a.id, a.held, a.settled FROM accounts_allowance a LEFT JOIN"
        " (SELECT allowance_id, count(*) FILTER (WHERE state = 'settled') AS paid,"
        " count(*) FILTER (WHERE state = 'held') AS held FROM accounts_allowancehold"
        " GROUP BY 1) h ON h.allowance_id = a.id WHERE a.person_id IS NOT NULL"
        " AND (a.settled <> coalesce(h.paid, 0) OR a.held <> coalesce(h.held, 0))"
    )
    return [str(dict(row)) for found in (holds, unpaid, sums) for row in found]


def _rows_of_others(clients: Sequence[Client], rows: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{pk}: of {rows[pk]['username']}, asked for by {client.name}"
        for client in clients
        for pk in client.accepted
        if pk in rows and rows[pk]["username"] != client.name
    ]


def _answers(clients: Sequence[Client], rows: dict[str, dict[str, Any]], address: str) -> list[str]:
    """What owners and strangers are answered about some of the rows."""
    chance, by_name = random.Random(5), {client.name: client for client in clients}
    sample = chance.sample(sorted(rows), min(ASKED_FOR, len(rows)))
    return [
        said for pk in sample for said in _shown_to_others(address, by_name, rows[pk], pk, chance)
    ]


def _wrong_pictures(ground: Ground, images: dict[tuple[str, int], dict[str, Any]]) -> list[str]:
    client = ground.store.client()
    return [said for image in images.values() for said in _wrong_picture(client, image)]


def _shown_to_others(
    address: str, by_name: dict[str, Client], row: dict[str, Any], pk: str, chance: random.Random
) -> list[str]:
    owner = by_name[row["username"]]
    stranger = chance.choice([client for client in by_name.values() if client is not owner])
    url = f"{address}/api/generations/{pk}"
    seen = [_status(url, who) for who in (owner, stranger)]
    return [] if seen == [200, 404] else [f"{pk}: owner and stranger were answered {seen}"]


def _status(url: str, who: Client) -> int:
    for _ in range(TRIES):
        asked = requests.get(url, headers={"Authorization": f"Bearer {who.token}"}, timeout=60)
        if asked.status_code not in {429, 503}:
            break
        time.sleep(1)
    return asked.status_code


def _wrong_picture(client: Any, image: dict[str, Any]) -> list[str]:
    data = client.get_object(Bucket=BUCKET, Key=image["file"])["Body"].read()
    if hashlib.sha256(data).hexdigest() != image["sha256"]:
        return [f"{image['file']}: not the bytes that were delivered"]
    drawn = pixels(f"{image['id']}/{image['index']}", image["seed"])
    with Image.open(io.BytesIO(data)) as picture:
        is_right = picture.convert("RGB").tobytes() == drawn
    return [] if is_right else [f"{image['file']}: another picture's pixels"]
