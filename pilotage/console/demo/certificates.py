"""The book of the directory. Certificates were issued when the editions were published."""

from __future__ import annotations

from pilotage.directory.enums import EditionState
from pilotage.directory.models import Directory, Edition
from pilotage.publications.directory_books import services as books


def compile_books(slug: str = "5g-factory") -> None:
    """At the end of the year: the files that the public downloads. Takes a minute or two."""
    directory = Directory.objects.get(slug=slug)
    editions = Edition.objects.filter(directory=directory, state=EditionState.PUBLISHED, is_complete=True)
    for edition in editions.select_related("directory", "call__plan").order_by("year"):
        books.compile_books(actor=None, edition=edition)
