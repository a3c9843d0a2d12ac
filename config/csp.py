"""The Content-Security-Policy: strict everywhere, with what the admin theme needs on its paths."""

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# Unfold runs on Alpine, which evaluates expressions, and styles some elements inline.
ADMIN_NEEDS = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}


class HouseCSPMiddleware(CSPMiddleware):  # type: ignore[misc]
    """django-csp's middleware, loosened on /admin/ alone."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/"):
            parts.update = {**(parts.update or {}), **ADMIN_NEEDS}
        return parts


class ResourcePolicyMiddleware(MiddlewareMixin):
    """Other sites may show what is public to caches, shared pictures above all, and nothing else.

    Without it a page elsewhere could draw on a visitor's session to load the visitor's pictures.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_public = "public" in response.get("Cache-Control", "")
        policy = "cross-origin" if is_public else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", policy)
        return response
