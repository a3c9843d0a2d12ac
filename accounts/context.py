"""What every page shows of the visitor's account."""

from django.http import HttpRequest


def allowance_meter(request: HttpRequest) -> dict[str, object]:
    return {}
