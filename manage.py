#!/usr/bin/env python
"""Housestyle's command line: `manage.py help` lists every command."""

import os
import sys

from django.core.management import CommandError, execute_from_command_line


def main() -> None:
    """Run one command. What it refuses is said in its own plain sentence, without a prefix."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    name, *rest = sys.argv[1:] or ["help"]
    try:
        # With --traceback Django lets the refusal through to us instead of printing its class.
        plain = [] if name.startswith("-") else ["--traceback"]
        execute_from_command_line([sys.argv[0], name, *plain, *rest])
    except CommandError as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.returncode)


if __name__ == "__main__":
    main()
