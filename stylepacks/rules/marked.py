"""Marks sentences of the rules, which know no Django, for translation."""


def gettext_noop(sentence: str) -> str:
    """The sentence as it is. Its name lets makemessages find it; pages translate it on showing."""
    return sentence
