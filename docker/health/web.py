"""Exit 0 when this container's web process is ready to answer people, else 1 with the reason."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4


def main() -> int:
    # As the proxy would ask: by a name that the site answers to, over TLS.
    host = os.environ.get("HOUSESTYLE_HOSTS", "localhost").split(",")[0].strip(". *")
    headers = {"Host": host or "localhost", "X-Forwarded-Proto": "https"}
    port = os.environ.get("HOUSESTYLE_PORT", "8000")
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers=headers)
    try:
        urllib.request.urlopen(asked, timeout=SECONDS).close()  # noqa: S310 - a fixed address of this container
    except urllib.error.HTTPError as error:
        print(f"/readyz answers {error.code}: {error.read(500).decode(errors='replace')}")
        return 1
    except OSError as error:
        print(f"/readyz does not answer: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
