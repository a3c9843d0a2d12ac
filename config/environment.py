"""Reads the environment. `NAME_FILE` may name a file that holds the value of `NAME`: a secret."""

import os
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

# django-environ reads a value that begins with $ as the name of another variable.
REFERENCE, LITERAL = "$", r"\$"


class SecretFiles(FileAwareMapping):  # type: ignore[misc]
    """The environment, with values in files where a variable's name ends in `_FILE`.

    Raises ImproperlyConfigured for a file that cannot be read or is empty, and where both are set.
    """

    def __getitem__(self, key: str) -> str:
        path = self.env.get(f"{key}_FILE")
        if not path:
            return str(self.env[key])
        if self.env.get(key):
            raise ImproperlyConfigured(f"{key} and {key}_FILE are both set: unset one of them.")
        return _content(f"{key}_FILE", path).replace(REFERENCE, LITERAL)


def _content(variable: str, path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            content = file.read().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "no UTF-8 text"
        raise ImproperlyConfigured(
            f"{variable} names {path}, which cannot be read ({why}): mount the secret there, "
            "readable by this user."
        ) from None
    if not content.strip():
        raise ImproperlyConfigured(f"{variable} names {path}, which is empty: write the secret.")
    return content


class Environment(environ.Env):  # type: ignore[misc]
    """django-environ's reader over `SecretFiles`."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.ENVIRON = SecretFiles(os.environ if values is None else dict(values))
        self.escape_proxy = True

    def choice(self, variable: str, usual: str, *others: str) -> str:
        """The value, which must be one of those named; `usual` when it is not set."""
        chosen, known = str(self.str(variable, default=usual)), (usual, *others)
        if chosen not in known:
            named = ", ".join(name or "empty" for name in known)
            raise ImproperlyConfigured(f"{variable} must be one of {named}, not '{chosen}'.")
        return chosen

    def url_with_password(self, variable: str, secret: str) -> str:
        """A service's URL; its password may be given apart, as `secret` or in `secret`_FILE."""
        url, password = str(self.str(variable, default="")), str(self.str(secret, default=""))
        if not url or not password:
            return url
        parts = urlsplit(url)
        if parts.password:
            raise ImproperlyConfigured(
                f"{variable} holds a password and {secret} another: leave one of them out."
            )
        user, _, host = parts.netloc.rpartition("@")
        netloc = f"{user}:{quote(password, safe='')}@{host}"
        return str(urlunsplit(parts._replace(netloc=netloc)))
