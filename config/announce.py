"""Say once, when the web process answers, where the house is open. Run by the supervisor."""

import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 60


def main() -> int:
    host, port = os.environ["HOUSESTYLE_HOST"], os.environ["HOUSESTYLE_PORT"]
    reachable = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  compared, not bound
    address = f"http://{reachable}:{port}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if _answers(address):
            print(f"\n  Housestyle is open on {address}\n  Ctrl-C closes it.\n", flush=True)
            return 0
        time.sleep(0.2)
    print(
        f"{address} did not answer within {PATIENCE_SECONDS} s; read the lines above.", flush=True
    )
    return 1


def _answers(address: str) -> bool:
    try:
        # The address is our own, made of http:// and where we listen.
        urllib.request.urlopen(address, timeout=2).close()  # noqa: S310
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
