"""Does a guideline's outline agree with itself, and can its chapters be read? The document has passed its schema.

The text of a chapter stands in a file of its own: ``guidelines/<name>/<key>.<language>.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, Problem, read_text
from pilotage.plan.refs.guideline_texts import faults_of
from pilotage.plan.schema import did_you_mean

LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def check_guideline(document: Document, _plan: Mapping[str, Any] | None, codes: Mapping[str, list[dict[str, str]]]) -> None:
    """Append a Problem for every disagreement."""
    lines: dict[str, int] = {}
    for index, chapter in enumerate(document.data["chapters"]):
        path = ("chapters", index, "key")
        if chapter["key"] in lines:
            message = _("“%(value)s” is used already in line %(line)d.") % {"value": chapter["key"], "line": lines[chapter["key"]]}
            document.fault(path, message, _("a name of its own"))
        lines.setdefault(chapter["key"], document.at(path)[0])
    industry, listed = document.data.get("industry"), [row["code"] for row in codes.get("key_industries", [])]
    if industry is not None and industry not in listed:
        near = did_you_mean(industry, listed)
        shown = {"value": industry, "near": near}
        sentence = _("“%(value)s” is not known here; did you mean “%(near)s”?") if near else _("“%(value)s” is not known here.")
        document.fault(("industry",), sentence % shown, _("a code of codes/key_industries.csv"))


def read_chapters(path: Path, document: Document) -> None:
    """Put the chapters' texts into the document, ``text: {zh: …, en: …}``; a fault of a text is named with the line of its own file."""
    folder = f"guidelines/{document.data['guideline']}"
    wanted = set()
    for chapter in document.data["chapters"]:
        chapter["text"] = {}
        for language in LANGUAGES[document.data["language"]]:
            name = f"{folder}/{chapter['key']}.{language}.md"
            wanted.add(name)
            chapter["text"][language] = _text_of(path, name, document)
    for stray in sorted({f"{folder}/{found.name}" for found in (path / folder).glob("*.md")} - wanted):
        message = _("No chapter of %(file)s has this text.") % {"file": document.file}
        document.problems.append(Problem(stray, 1, 1, message, _("a chapter's key, a full stop and its language")))


def _text_of(path: Path, name: str, document: Document) -> str:
    file = path / name
    if not file.is_file():
        document.problems.append(Problem(name, 1, 1, _("The file is missing."), _("a file %(name)s in the folder") % {"name": name}))
        return ""
    text, faults = read_text(file, name)
    document.problems.extend(faults)
    document.problems.extend(_problems(name, text or ""))
    return text or ""


def _problems(name: str, text: str) -> Iterator[Problem]:
    for line, sentence in faults_of(text):
        yield Problem(name, line, 1, sentence, _("Markdown with live blocks of the kinds listed"))
