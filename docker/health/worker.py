"""Exit 0 when this container's own Celery worker answers a ping, else 1.

The parent answers, also while its child renders or loads a model.
"""

import os
import socket
import sys
from pathlib import Path

SECONDS = float(os.environ.get("HOUSESTYLE_HEALTH_SECONDS", "15"))


def main() -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.celery import app

    name = f"worker@{socket.gethostname()}"
    try:
        answers = app.control.inspect([name], timeout=SECONDS, limit=1).ping()
    except Exception as error:  # whatever the broker's library raises
        print(f"The broker does not answer: {error}")
        return 1
    if not answers:
        print(f"{name} does not answer.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
