"""The web process starts without the model libraries."""

import subprocess
import sys

HEAVY = ("torch", "diffusers", "transformers", "peft", "safetensors")
PROBE = f"""
import sys
from config.asgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_it_imports_no_model_library():
    result = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stdout.strip() == ""
