"""What the pages cost with 500 packs and 100,000 generations, on the server's default settings.

    make bench-web        # about four minutes, most of them filling the database

page_p95_ms            the slowest page: 95th percentile over requests made one after the other
packs_rps              /packs/ as a new visitor asks for it, several at once, for ten seconds
p95_NAME_ms            the same percentile of each page
"""

import asyncio
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import results_file
from benchmarks.web_rows import GENERATIONS, PACKS
from tests.house import ROOT, House

REQUESTS, WARM = 100, 5
CLIENTS, SECONDS, APART_SECONDS = 8, 10, 0.02
PERSON = ("maker@example.org", "a long passphrase")
PAGES = {
    "home": "/",
    "packs": "/packs/",
    "search": "/packs/?q=wolen+poster",
    "pack": "/packs/synthwave/",
    "create": "/create/?pack=synthwave",
    "images": "/images/",
    "images_deep": "/images/?page=4000",
    "free": "/free/",
}
NOTES = {
    "page_p95_ms": "the slowest of the pages below",
    "packs_rps": f"{CLIENTS} connections, two processes as in `make run`, the load on their cores",
}


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="housestyle-web-") as folder,
        House(
            Path(folder),
            HOUSESTYLE_DEBUG="0",
            HOUSESTYLE_LOG_LEVEL="WARNING",
            WEB_CONCURRENCY="2",
        ) as house,
    ):
        _fill(house)
        cookie = _sign_in(house)
        each = {name: _p95_ms(house, path, cookie) for name, path in PAGES.items()}
        figures = {
            "page_p95_ms": max(each.values()),
            "packs_rps": round(asyncio.run(_rate(house.port, PAGES["packs"]))),
            **{f"p95_{name}_ms": value for name, value in each.items()},
            "packs": PACKS,
            "generations": GENERATIONS,
        }
    print(results_file.merge("web", "make bench-web", figures, NOTES).read_text())


def _fill(house: House) -> None:
    command = [sys.executable, "-m", "benchmarks.web_rows", *PERSON]
    subprocess.run(command, cwd=ROOT, env=house.environment, check=True)


def _sign_in(house: House) -> str:
    """The cookies of the person who made all those pictures."""
    page = http.client.HTTPConnection("127.0.0.1", house.port)
    page.request("GET", "/accounts/login/")
    asked = page.getresponse()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', asked.read().decode())
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": PERSON[0], "password": PERSON[1]}
    kept = _cookies(asked)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _header(kept)}
    page.request("POST", "/accounts/login/", urlencode(form), {**headers, "Origin": house.address})
    answer = page.getresponse()
    assert answer.status == 302, f"signing in answered {answer.status}"
    return _header({**kept, **_cookies(answer)})


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = [each.split(";")[0].split("=", 1) for each in answer.msg.get_all("Set-Cookie", [])]
    return {pair[0]: pair[1] for pair in pairs}


def _header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _p95_ms(house: House, path: str, cookie: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", house.port)
    taken = []
    for _ in range(WARM + REQUESTS):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - started)
        assert answer.status == 200, f"{path} answered {answer.status}"
    return round(statistics.quantiles(taken[WARM:], n=20)[-1] * 1000, 1)


async def _rate(port: int, path: str) -> float:
    end = time.perf_counter() + SECONDS
    served = await asyncio.gather(*(_visit(port, path, number, end) for number in range(CLIENTS)))
    return sum(served) / SECONDS


async def _visit(port: int, path: str, number: int, end: float) -> int:
    # Visitors come one after the other; of those who come at once, one process takes all.
    await asyncio.sleep(number * APART_SECONDS)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    served = 0
    while time.perf_counter() < end:
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n")[0], head
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None
        await reader.readexactly(int(length[1]))
        served += 1
    writer.close()
    return served


if __name__ == "__main__":
    main()
