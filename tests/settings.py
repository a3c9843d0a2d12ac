"""The product's own settings, on a scratch data folder and with cheap password hashing."""

import atexit
import os
import shutil
import tempfile

# Each of several test processes has a folder of its own: it inherits the variable from the one
# that started it.
if "HOUSESTYLE_DATA" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
    _scratch = tempfile.mkdtemp(prefix="housestyle-tests-")
    atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    os.environ["HOUSESTYLE_DATA"] = _scratch

from config.settings import *  # noqa: F403
from config.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests of limits set their own; the others are quicker than people.
RATE_LIMITS: dict[str, str] = {}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The hashed file names need a collectstatic; templates under test need only the plain ones.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
