"""`{% kept "name" %} … {% endkept %}`: parts of every page that only a language changes."""

from collections.abc import Hashable

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.urls import get_script_prefix, get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

_drawn: dict[Hashable, SafeString] = {}
MOST_DRAWN = 500


@register.tag
def kept(parser: Parser, token: Token) -> "KeptNode":
    """Draws its block once a process, language and combination of the values after its name.

    What stands inside may use nothing else of the page: no visitor, no token, no nonce.
    """
    _, name, *rest = token.split_contents()
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name, [parser.compile_filter(each) for each in rest], inside)


class KeptNode(template.Node):
    def __init__(self, name: str, varying: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.varying, self.nodelist = name, varying, nodelist

    def render(self, context: template.Context) -> SafeString:
        if settings.DEBUG:  # whoever edits a template wants to see it
            return self.nodelist.render(context)
        values = [each.resolve(context) for each in self.varying]
        key = (self.name, get_language(), get_urlconf(), get_script_prefix(), *values)
        if key not in _drawn:
            if len(_drawn) >= MOST_DRAWN:
                _drawn.clear()
            _drawn[key] = self.nodelist.render(context)
        return _drawn[key]
