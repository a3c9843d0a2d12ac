"""A language that nobody speaks: every translated sentence «so», which shows what is left over."""

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

SPOKEN = ("aria-label", "title", "placeholder", "alt", "label")
UNSEEN = ("script", "style", "code", "noscript")
WORD = re.compile(r"[^\W\d_]{2,}")


class Pseudo(trans_real.DjangoTranslation):
    """Says the English between marks, in place of a catalogue."""

    def gettext(self, message):
        plain = message.partition("\x04")[2] or message
        return f"«{plain}»" if plain else super().gettext(message)

    def ngettext(self, one, many, number):
        return self.gettext(one if number == 1 else many)


class Leftovers(HTMLParser):
    """Words outside the marks, in text and in what is read aloud, in the order of the page."""

    def __init__(self, html):
        super().__init__()
        self.depth, self.unseen, self.found = 0, 0, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in UNSEEN
        told = dict(attrs)
        for name in SPOKEN:
            self.found += _outside(told.get(name) or "", 0)[0]
        if tag == "meta" and told.get("name") == "description":
            self.found += _outside(told["content"], 0)[0]

    def handle_endtag(self, tag):
        self.unseen -= tag in UNSEEN

    def handle_data(self, data):
        if self.unseen:
            return
        words, self.depth = _outside(data, self.depth)
        self.found += words


def _outside(text, depth):
    kept = []
    for letter in text:
        depth += (letter == "«") - (letter == "»")
        kept.append(letter if depth == 0 and letter != "»" else " ")
    return WORD.findall("".join(kept)), depth
