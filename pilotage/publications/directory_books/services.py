"""Compiling the directory book of an edition into its files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.one_state import one_state
from pilotage.core.verdict import Invalid
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition, Entry
from pilotage.publications.books import compiling
from pilotage.publications.books.model import Book
from pilotage.publications.books.plan_styles import style_of
from pilotage.publications.books.style import Style
from pilotage.publications.certificates.rules import can_issue
from pilotage.publications.directory_books.content import Language, book_of
from pilotage.publications.directory_books.models import DirectoryBook

LANGUAGES: tuple[Language, ...] = ("zh", "en")
KINDS = ("pdf", "docx", "epub")


def compile_books(
    *, actor: Any, edition: Edition, languages: Sequence[Language] = LANGUAGES, kinds: Sequence[str] = KINDS
) -> list[DirectoryBook]:
    """The files whose content has changed since they were last made; the same content is not compiled again.

    Takes many seconds for hundreds of entries: call it in the background. Raises ``books.model.BookError``
    or ``documents.DocumentError`` where no file can be made.
    """
    can_issue(actor, Entry(edition=edition)).require()
    if edition.state != EditionState.PUBLISHED or not edition.is_complete:
        raise Invalid(_("Only a published edition of this platform is made into a book."))
    made = []
    look = style_of(edition.call.plan if edition.call else None, "directories")
    with one_state():
        books = [book_of(edition, language) for language in languages]
    for book in books:
        digest = digest_of(book, look)
        held = set(DirectoryBook.objects.filter(edition=edition, language=book.language, digest=digest).values_list("kind", flat=True))
        made += [_file(actor, edition, book, look, kind) for kind in kinds if kind not in held]
    return made


def digest_of(book: Book, style: Style) -> str:
    """Of the content and the style, so that a changed template is compiled anew."""
    return "sha256:" + hashlib.sha256(f"{book!r}{style.digest}".encode()).hexdigest()


def _file(actor: Any, edition: Edition, book: Book, style: Style, kind: str) -> DirectoryBook:
    content = compiling.compile(book, kind, style)  # type: ignore[arg-type]  # KINDS are among the kernel's
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row, _made = DirectoryBook.objects.get_or_create(
            edition=edition,
            language=book.language,
            kind=kind,
            defaults={"size": 0, "entries": 0, "as_of": book.issued_on, "made_at": clock.now()},
        )
        row.digest, row.sha256, row.size = digest_of(book, style), sha256, len(content)
        row.entries, row.as_of, row.made_at = _entries(book), book.issued_on, clock.now()
        row.file.save(f"{edition.pk}/{sha256[:16]}-{book.language}.{kind}", ContentFile(content), save=False)
        row.save()
        audit.record(
            edition, "publications.directory_book.compile", actor=actor, extra={"kind": kind, "language": book.language, "sha256": sha256}
        )
    return row


def _entries(book: Book) -> int:
    return sum(len(part.parts) for part in book.parts)
