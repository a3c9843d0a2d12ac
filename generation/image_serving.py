"""Sends a stored picture: its bytes from a folder, a redirect to a signed link elsewhere."""

from django.core.files.storage import FileSystemStorage, Storage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header

FOR_EVER = "private, max-age=31536000, immutable"
# A signed link expires; the way to it may be remembered for less.
LINK_SECONDS = 300


def serve(file: FieldFile, kind: str, download_name: str = "") -> HttpResponse:
    """The picture of an owner already checked. `download_name` makes the browser save it."""
    if not file:
        raise Http404
    if isinstance(file.storage, FileSystemStorage):
        return _bytes(file, kind, download_name)
    response = HttpResponseRedirect(_link(file, kind, download_name))
    response["Cache-Control"] = f"private, max-age={LINK_SECONDS}"
    return response


def _bytes(file: FieldFile, kind: str, download_name: str) -> HttpResponse:
    # Not FileResponse: under ASGI its blocking iterator is read whole anyway, with a warning.
    try:
        with file.open("rb") as opened:
            response = HttpResponse(opened.read(), content_type=kind)
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = FOR_EVER
    if download_name:
        response["Content-Disposition"] = attachment(download_name)
    return response


def _link(file: FieldFile, kind: str, download_name: str) -> str:
    if not download_name:
        return str(file.storage.url(file.name))
    storage: Storage = file.storage
    wanted = {
        "ResponseContentDisposition": attachment(download_name),
        "ResponseContentType": kind,
    }
    return str(storage.url(file.name, parameters=wanted))  # type: ignore[call-arg]


def attachment(name: str) -> str:
    """The header that makes a browser save a file under this name, whatever it holds."""
    return str(content_disposition_header(as_attachment=True, filename=name))
