"""The Content-Security-Policy: strict everywhere, with what the admin theme needs on its paths."""

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

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
