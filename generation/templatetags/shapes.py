"""For the studio's pack picker: the shapes a version comes in."""

from django import template

from stylepacks.shapes import shapes_of

register = template.Library()
register.filter("shapes", shapes_of)
