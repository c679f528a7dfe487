"""A guideline as a book: PDF, Word and EPUB through the one kernel that sets books."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.core.markup import parse
from pilotage.publications.books.model import Book, Content, Figure, Part, Table
from pilotage.publications.guidelines.content import ShownChapter, shown, words_in
from pilotage.publications.guidelines.enums import FileKind
from pilotage.publications.guidelines.live import Filled
from pilotage.publications.guidelines.models import SHORT, Revision
from pilotage.publications.guidelines.selectors import readable_cases


def book_of(revision: Revision, language: str) -> Book:
    """In one language, less the cases that have been withdrawn."""
    content = revision.read()
    with override(language):
        chapters = shown(content, language, readable_cases(content))
        return Book(
            identifier=f"urn:pilotage:guideline:{revision.guideline.slug}:{revision.revision}:{SHORT[language]}",
            title=words_in(content["title"], language),
            subtitle=_subtitle(revision),
            publisher=revision.guideline.plan.issuer_zh if SHORT[language] == "zh" else _issuer_en(revision),
            language="zh" if SHORT[language] == "zh" else "en",
            number=revision.number,
            issued_on=revision.issued_on,
            foreword=parse(words_in(content["summary"], language)),
            parts=tuple(_parts(chapters)),
            notice=notice_of(content, language),
        )


def notice_of(content: Mapping[str, Any], language: str) -> str:
    """What is fictional says so, then what the guideline says of itself."""
    note = words_in(content["note"], language)
    fictional = _("Fictional example; no body's own text.") if content["fictional"] else ""
    return ("" if SHORT[language] == "zh" else " ").join(part for part in (fictional, note) if part)


def _subtitle(revision: Revision) -> str:
    day = revision.as_of.isoformat()
    if revision.revision == 1:
        return _("Figures as of %(day)s") % {"day": day}
    return _("Revision %(number)d · figures as of %(day)s") % {"number": revision.revision, "day": day}


def _issuer_en(revision: Revision) -> str:
    return revision.guideline.plan.issuer_en or revision.guideline.plan.issuer_zh


def _parts(chapters: Sequence[ShownChapter]) -> Iterator[Part]:
    for chapter in chapters:
        blocks: list[Content] = []
        for place, piece in enumerate(chapter.pieces):
            blocks += _set(piece, f"{chapter.key}-{place}") if isinstance(piece, Filled) else [piece]
        yield Part(anchor=chapter.key, title=f"{chapter.number} {chapter.title}", blocks=tuple(blocks))


def _set(filled: Filled, key: str) -> Iterator[Content]:
    """The chart, then the table behind it, as long as there is anything to show."""
    caption = _("%(title)s (as of %(day)s)") % {"title": filled.title, "day": filled.as_of}
    if filled.sentence:
        yield from parse(f"*{_plain(filled.sentence)}*")
        return
    if filled.svg:
        yield Figure(key=key, caption=caption, svg=filled.svg)
    if filled.rows:
        yield Table(caption=caption if not filled.svg else _("The figures behind it"), head=filled.head, rows=filled.rows, note=filled.note)


def _plain(sentence: str) -> str:
    return sentence.replace("*", "＊").replace("_", "＿").replace("[", "［").replace("<", "＜")


def inputs_of(revision: Revision, language: str) -> str:
    """A digest of the book's content: equal inputs in an equal style give equal files. What was issued keeps the looks of its issue."""
    return "sha256:" + hashlib.sha256(repr(book_of(revision, language)).encode()).hexdigest()


def made_file(revision: Revision, kind: str, language: str) -> bytes:
    """Raises ``documents.DocumentError`` or ``BookError`` where it cannot be made."""
    from pilotage.publications.books.compiling import compile as compiled  # heavy
    from pilotage.publications.books.plan_styles import style_of

    return compiled(book_of(revision, language), kind, style_of(revision.guideline.plan, "guidelines"))  # type: ignore[arg-type]  # one of the kinds


def made_files(revision: Revision) -> list[tuple[str, str, bytes]]:
    return [
        (kind.value, language, made_file(revision, kind.value, language)) for language in revision.guideline.languages for kind in FileKind
    ]
