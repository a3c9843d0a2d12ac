"""How static files are named and compressed for the browser."""

from whitenoise.storage import CompressedManifestStaticFilesStorage as Compressed

_IN_MODULES = Compressed._js_module_import_aggregation_patterns[1]


class HouseStaticFiles(Compressed):  # type: ignore[misc]
    """Names with a digest, also where our own modules import each other.

    Not in other people's scripts, whose comments name files that are not there.
    """

    patterns = (*Compressed.patterns, ("js/*.js", _IN_MODULES))
