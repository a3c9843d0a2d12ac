"""The product's own settings, on a scratch data folder and with cheap password hashing."""

import os
import tempfile

os.environ.setdefault("HOUSESTYLE_DATA", tempfile.mkdtemp(prefix="housestyle-tests-"))

from config.settings import *  # noqa: E402, F403
from config.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The hashed file names need a collectstatic; templates under test need only the plain ones.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
