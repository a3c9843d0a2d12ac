"""`HOUSESTYLE_PRECISION`: taken from the environment, refused with the words that would do."""

import os
import subprocess
import sys

import pytest

ASK = "from config import settings; print(settings.RENDER_PRECISION)"


def settings_with(tmp_path, **environment):
    environment = {**os.environ, "HOUSESTYLE_DATA": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["auto", "float32", "bfloat16"])
def test_it_takes_a_known_precision(tmp_path, name):
    assert settings_with(tmp_path, HOUSESTYLE_PRECISION=name).stdout.strip() == name


def test_it_refuses_another_one(tmp_path):
    refused = settings_with(tmp_path, HOUSESTYLE_PRECISION="half")
    assert refused.returncode != 0
    said = "HOUSESTYLE_PRECISION must be one of auto, float32, bfloat16, not 'half'."
    assert said in refused.stderr
