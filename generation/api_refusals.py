"""The API's own refusals in the house's form: {"error": one sentence, "code": a fixed word}."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.limits import TooQuick

CODES = {400: "request_invalid", 401: "sign_in", 403: "forbidden", 404: "not_found"}
SIGN_IN = "Send an API token as “Authorization: Bearer …”, or sign in."
NOT_FOUND = "There is nothing at this address."


def refuse_plainly(api: NinjaAPI) -> None:
    """Give every refusal that ninja makes by itself the same body as ours."""

    def answer(request: HttpRequest, status: int, said: str, code: str) -> HttpResponse:
        return api.create_response(request, {"error": said, "code": code}, status=status)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(request, 422, _first_problem(error), "request_invalid")

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(request, 401, SIGN_IN, "sign_in")

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(request, 404, NOT_FOUND, "not_found")

    @api.exception_handler(TooQuick)
    def too_quick(request: HttpRequest, error: TooQuick) -> HttpResponse:
        response = answer(request, 429, str(error), "too_quick")
        response["Retry-After"] = str(error.seconds)
        return response

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        status = error.status_code
        return answer(request, status, _sentence(str(error)), CODES.get(status, "refused"))


def _first_problem(error: ValidationError) -> str:
    problem = error.errors[0]
    field = ".".join(str(part) for part in problem["loc"][2:] or problem["loc"][1:])
    return _sentence(f"{field}: {problem['msg']}" if field else problem["msg"])


def _sentence(text: str) -> str:
    text = text.strip() or "The request was refused"
    return text if text.endswith((".", "!", "?")) else f"{text}."
