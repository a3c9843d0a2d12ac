"""How static files are named and compressed for the browser."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HouseStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a digest, inside modules that import each other too."""

    support_js_module_import_aggregation = True
