"""Bring the shipped terms into the database, and leave alone what an admin changed."""

from pathlib import Path
from typing import Any, Literal

from learn import shipped_pictures
from learn.models import Term
from learn.rules.term_file import TermFileError, digest_of, read_term

FOLDER = Path(__file__).resolve().parent / "terms"
Outcome = Literal["new", "unchanged", "updated", "kept as edited"]


def shipped_terms(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Every shipped term's content by slug; TermFileError names the file and the cure."""
    terms = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    if not terms:
        raise TermFileError(f"{folder} holds no terms: clone the repository again.")
    return terms


def install(slug: str, content: dict[str, Any]) -> Outcome:
    """One term as its file says, unless an admin wrote it anew. Unpublished stays unpublished."""
    digest = digest_of(content)
    known = Term.objects.filter(slug=slug).first()
    if known is None:
        Term.objects.create(slug=slug, installed_digest=digest, **content)
        return "new"
    if known.installed_digest == digest:
        return "unchanged"
    if digest_of(known.content) != known.installed_digest:
        return "kept as edited"
    Term.objects.update_or_create(slug=slug, defaults={**content, "installed_digest": digest})
    return "updated"


def _read(path: Path) -> dict[str, Any]:
    try:
        content = read_term(path.read_text(encoding="utf-8"))
        _check_group(content["group"])
        for picture in content["pictures"]:
            _check_picture(picture["show"])
    except (OSError, UnicodeDecodeError, TermFileError) as error:
        raise TermFileError(f"{path.name}: {error}") from error
    return content


def _check_group(group: str) -> None:
    if group not in Term.Group.values:
        raise TermFileError(f"'group' must be one of {', '.join(Term.Group.values)}.")


def _check_picture(shown: str) -> None:
    if shown not in shipped_pictures.recipes():
        raise TermFileError(f"learn/pictures.toml has no picture '{shown}': add it there.")
