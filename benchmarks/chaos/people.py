"""Two hundred programs that ask for pictures and do not give up."""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

WORDS = ("a red boat", "a blue cat", "a green house", "an old mill", "a white lighthouse")
PLACES = ("by the sea", "in a garden", "in the mountains", "at the harbour", "in the snow")
TWICE_SHARE, TWO_IMAGES_SHARE = 0.05, 0.1
REQUEST_SECONDS, MOST_PAUSE_SECONDS = 60, 5.0


Wish = dict[str, Any]


@dataclass
class Counts:
    """What the clients saw, all together."""

    accepted: int = 0
    repeated: int = 0
    asked_to_wait: int = 0
    away: int = 0
    broken: int = 0
    unreachable: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str) -> None:
        with self.lock:
            setattr(self, name, getattr(self, name) + 1)


@dataclass(eq=False)
class Client:
    """One person's program: `wanted` submissions, each repeated until it is accepted."""

    name: str
    token: str
    address: str
    pack: str
    wanted: int
    counts: Counts
    accepted: dict[str, dict[str, object]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._ask_for_all, daemon=True)
        self._chance = random.Random(self.name)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def _ask_for_all(self) -> None:
        for _ in range(self.wanted):
            key, wish = uuid.uuid4().hex, self._wish()
            made = self._until_accepted(key, wish)
            if self._chance.random() < TWICE_SHARE:
                self._repeat(key, wish, made)
            self.accepted[made] = {"key": key, **wish}

    def _wish(self) -> Wish:
        return {
            "pack": self.pack,
            "prompt": f"{self._chance.choice(WORDS)} {self._chance.choice(PLACES)}",
            "seed": self._chance.randrange(2**32),
            "count": 2 if self._chance.random() < TWO_IMAGES_SHARE else 1,
        }

    def _repeat(self, key: str, wish: Wish, made: str) -> None:
        self.counts.add("repeated")
        if (again := self._until_accepted(key, wish, counted=False)) != made:
            self.mistakes.append(f"{key} became {made} and {again}")

    def _until_accepted(self, key: str, wish: Wish, *, counted: bool = True) -> str:
        pause = 0.2
        while True:
            answer = self._ask(key, wish)
            if answer is not None and answer.status_code == 201:
                if counted:
                    self.counts.add("accepted")
                return str(answer.json()["id"])
            time.sleep(pause * (0.5 + self._chance.random()))
            pause = min(pause * 1.5, MOST_PAUSE_SECONDS)

    def _ask(self, key: str, wish: Wish) -> requests.Response | None:
        try:
            answer = self._session.post(
                f"{self.address}/api/generations",
                json=wish,
                headers={"Idempotency-Key": key},
                timeout=REQUEST_SECONDS,
            )
        except requests.RequestException:
            self.counts.add("unreachable")
            return None
        self._note(answer)
        return answer

    def _note(self, answer: requests.Response) -> None:
        if answer.status_code == 429:
            self.counts.add("asked_to_wait")
        elif answer.status_code == 503:
            self.counts.add("away")
        elif answer.status_code != 201:
            self.counts.add("broken")
            self.mistakes.append(f"{answer.status_code}: {answer.text[:300]}")
