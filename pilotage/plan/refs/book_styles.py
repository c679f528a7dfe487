"""Do the templates of a book style stay in their folder, and is each kind of book set in one style? The document has passed its schema.

Templates (``*.typ``), style sheets (``*.css``) and drawings (``*.svg``) stand in ``books/<style>/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.documents import guard
from pilotage.plan import loading
from pilotage.plan.positions import Document, Problem, read_text

USES = ("case_sets", "directories", "guidelines")
SUFFIXES = (".typ", ".css", ".svg")
# what the platform puts beside a style's files: the shipped functions, the look and the book
GIVEN = ("standard.typ", "style.json", "book.json")
TAKEN = ("standard.typ", "main.typ")
MOST_FILES = 20


def check_style(_document: Document, _plan: Mapping[str, Any] | None, _codes: Mapping[str, list[dict[str, str]]]) -> None:
    """The schema says all there is to say of the file by itself."""


def uses_of(style: Mapping[str, Any]) -> Sequence[str]:
    return style.get("for") or USES


def read_files(path: Path, document: Document) -> None:
    """Put the files' texts into the document, ``files: {name: text}``; a fault is named with the line of its own file."""
    folder = f"books/{document.data['style']}"
    document.data["files"] = {}
    for found in sorted((path / folder).glob("*")):
        if found.suffix in SUFFIXES and not found.name.startswith("."):
            _read(found, f"{folder}/{found.name}", document)
    files = document.data["files"]
    if len(files) > MOST_FILES:
        document.problems.append(Problem(document.file, 1, 1, _("A style has at most %(most)d files.") % {"most": MOST_FILES}))
    for name, (line, column, sentence) in guard.faults_of_all(files, GIVEN):
        document.problems.append(Problem(f"{folder}/{name}", line, column, sentence, _("files of this folder alone")))
    if not document.problems:
        _tried(folder, document)


def _read(found: Path, name: str, document: Document) -> None:
    if found.name in TAKEN or found.name.startswith("figure-"):
        document.problems.append(Problem(name, 1, 1, _("This name is the platform's own."), _("another name")))
        return
    text, faults = read_text(found, name)
    document.problems.extend(faults)
    if text is not None:
        document.data["files"][found.name] = text


def _tried(folder: str, document: Document) -> None:
    """A book is set in the style by the room that knows books, where it is there."""
    reader = loading.reader("books")
    for place, sentence in reader(document.data) if reader is not None else ():
        file, line, column = place.rsplit(":", 2)
        name = f"{folder}/{file}" if file in document.data["files"] else document.file
        document.problems.append(Problem(name, int(line), int(column), sentence, _("a template that sets a book")))


def check_styles(documents: Sequence[Document]) -> None:
    """No kind of book has two styles."""
    taken: dict[str, str] = {}
    for document in documents:
        if document.problems:
            continue
        for use in uses_of(document.data):
            if use in taken:
                message = _("“%(use)s” have the style of %(file)s already.") % {"use": use, "file": taken[use]}
                document.fault(("for",) if "for" in document.data else ("style",), message, _("one style for each kind of book"))
            taken.setdefault(use, document.file)
