"""Which language a request is answered in, and the words of the scripts in that language."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

# Programs match sentences, and the curators' room is not translated: one language for both.
ENGLISH_ONLY = ("/api/", "/admin/")
FOR_EVER = "public, max-age=31536000, immutable"


class HouseLocaleMiddleware(LocaleMiddleware):
    """The visitor's choice, else their browser's language, else English.

    Only pages vary with it: pictures and files stay one copy for every cache.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(ENGLISH_ONLY):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
            return
        super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        if not request.path_info.startswith(ENGLISH_ONLY):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class _Catalogue(JavaScriptCatalog):
    """Django's, of our own words alone: the admin's scripts bring ten times as many."""

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = translation.get_language() or settings.LANGUAGE_CODE
        self.translation = DjangoTranslation(language, domain="djangojs", localedirs=_paths())
        return self.render_to_response(self.get_context_data(**kwargs))


@require_safe
def script_words(request: HttpRequest, language: str, version: str) -> HttpResponseBase:
    """What scripts say in this language; the address changes with the words."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        response = _Catalogue.as_view()(request)
    response["Cache-Control"] = FOR_EVER
    response["Content-Language"] = language
    return response


def words_of_scripts(request: HttpRequest) -> dict[str, str]:
    """`script_words` for templates: the catalogue's address, empty in the language of the code."""
    return {"script_words": _address(translation.get_language() or settings.LANGUAGE_CODE)}


@cache
def _address(language: str) -> str:
    files = [Path(path) / language / "LC_MESSAGES" / "djangojs.mo" for path in _paths()]
    words = b"".join(file.read_bytes() for file in files if file.is_file())
    if language == settings.LANGUAGE_CODE or not words:
        return ""
    version = hashlib.sha256(words).hexdigest()[:12]
    return reverse("script_words", args=[language, version])


def _paths() -> list[str]:
    return [str(path) for path in settings.LOCALE_PATHS]
