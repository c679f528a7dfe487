"""Can the pages and news of a plan folder be read? The document has passed its schema.

The text stands beside the file: ``pages/<name>/zh.md`` and, where there is English, ``pages/<name>/en.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.markup import MarkupError, parse
from pilotage.plan.positions import Document, Problem, read_text

LANGUAGES = ("zh", "en")


def check_page(document: Document, _plan: Mapping[str, Any] | None, _codes: Mapping[str, list[dict[str, str]]]) -> None:
    """A file is named as its page, because the folder of its texts is."""
    name, file = document.data["page"], Path(document.file).stem
    if name != file:
        document.fault(("page",), _("The file is called “%(file)s”, the page “%(name)s”.") % {"file": file, "name": name}, file)


def read_texts(path: Path, document: Document) -> None:
    """Put the texts into the document, ``body: {zh: …, en: …}``; a fault of a text is named with the line of its own file."""
    folder = str(Path(document.file).with_suffix("").as_posix())
    document.data["body"] = {}
    for language in LANGUAGES:
        name = f"{folder}/{language}.md"
        if (path / name).is_file():
            document.data["body"][language] = _text(path, name, document)
        elif language == "zh":
            document.problems.append(Problem(name, 1, 1, _("The file is missing."), _("a file %(name)s in the folder") % {"name": name}))
    for stray in sorted(found.name for found in (path / folder).glob("*.md") if found.stem not in LANGUAGES):
        document.problems.append(Problem(f"{folder}/{stray}", 1, 1, _("This file is no part of a plan folder."), "zh.md, en.md"))


def _text(path: Path, name: str, document: Document) -> str:
    text, faults = read_text(path / name, name)
    document.problems.extend(faults)
    try:
        parse(text or "")
    except MarkupError as error:
        document.problems.append(Problem(name, error.line, 1, str(error.sentence), "Markdown"))
    return text or ""
