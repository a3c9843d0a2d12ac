"""Form fields that let an admin write questions, pictures and the studio's fields as plain text."""

import re
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from learn import shipped_pictures
from learn.reading import PACK
from learn.rules.term_file import STUDIO_FIELDS
from stylepacks.models import StylePack


class RowsField(forms.CharField):
    """Rows of named texts, written as blocks of text. Subclasses say how a row is written."""

    rows = 6

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": self.rows}))
        options.setdefault("help_text", self.manner)
        super().__init__(**options)

    manner = ""

    def written(self, value: Any) -> str:
        raise NotImplementedError

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return self.written(value) if isinstance(value, list | dict) else value

    def to_python(self, value: Any) -> Any:
        return self.read(str(value or "").replace("\r\n", "\n"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        written = self.written(initial or self.read(""))
        return bool(written.strip() != str(data or "").replace("\r\n", "\n").strip())


class QuestionsField(RowsField):
    """A question on a line of its own, its answer below, an empty line before the next."""

    rows = 10
    manner = "The question on one line, its answer below; an empty line before the next question"

    def written(self, value: Any) -> str:
        return "\n\n".join(f"{row['question']}\n{row['answer']}" for row in value)

    def read(self, text: str) -> list[dict[str, str]]:
        blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
        return [self._row(block) for block in blocks if block]

    def _row(self, block: str) -> dict[str, str]:
        question, _, answer = block.partition("\n")
        if not answer.strip():
            raise forms.ValidationError(
                f"“{question[:60]}” has no answer: write it on the line below the question."
            )
        return {"question": question.strip(), "answer": " ".join(answer.split())}


class PicturesField(RowsField):
    """`name | caption` on each line; the name of a shipped picture, or `pack:SLUG` for a cover."""

    manner = (
        "One per line: name | caption. The name is one from learn/pictures.toml, or "
        "pack:watercolour for a pack's cover."
    )

    def written(self, value: Any) -> str:
        return "\n".join(f"{row['show']} | {row['caption']}" for row in value)

    def read(self, text: str) -> list[dict[str, str]]:
        return [self._row(line) for line in text.splitlines() if line.strip()]

    def _row(self, line: str) -> dict[str, str]:
        shown, _, caption = (part.strip() for part in line.partition("|"))
        if not caption:
            raise forms.ValidationError(f"“{shown[:60]}” has no caption: write name | caption.")
        if not _is_known(shown):
            raise forms.ValidationError(
                f"There is no picture “{shown[:60]}”: use a name from learn/pictures.toml, or "
                "pack: and a pack's address."
            )
        return {"show": shown, "caption": caption}


class TryItField(RowsField):
    """`field: value` on each line, by the studio's own names."""

    manner = f"One per line, such as pack: watercolour. Fields: {', '.join(STUDIO_FIELDS)}."

    def written(self, value: Any) -> str:
        return "\n".join(f"{name}: {each}" for name, each in (value or {}).items())

    def read(self, text: str) -> dict[str, str]:
        return dict(self._pair(line) for line in text.splitlines() if line.strip())

    def _pair(self, line: str) -> tuple[str, str]:
        name, _, value = (part.strip() for part in line.partition(":"))
        if name not in STUDIO_FIELDS or not value:
            raise forms.ValidationError(
                f"“{line.strip()[:60]}” is not understood: write field: value, with a field of "
                f"{', '.join(STUDIO_FIELDS)}."
            )
        return name, value


def _is_known(shown: str) -> bool:
    if shown.startswith(PACK):
        return StylePack.objects.filter(slug=shown.removeprefix(PACK)).exists()
    return shown in shipped_pictures.known_names()
