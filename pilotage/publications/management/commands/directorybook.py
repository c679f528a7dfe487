from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.core.documents import DocumentError
from pilotage.core.verdict import Invalid
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition
from pilotage.publications.books.model import BookError
from pilotage.publications.directory_books.services import compile_books


class Command(BaseCommand):
    help = "Compile the directory book of each published edition anew where its content has changed.\n\nExample: pilotage directorybook 5g-factory"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", help="the name of the directory in its address")

    def handle(self, *args: Any, directory: str, **options: Any) -> None:
        editions = Edition.objects.filter(directory__slug=directory, state=EditionState.PUBLISHED, is_complete=True)
        found = list(editions.select_related("directory", "call__plan").order_by("-year", "id"))
        if not found:
            raise CommandError(f"there is no published edition of a directory named {directory}")
        try:
            for edition in found:
                made = compile_books(actor=None, edition=edition)
                self.stdout.write(
                    f"{edition}: {len(made)} file(s) made, {', '.join(str(each.file.name) for each in made) or 'nothing has changed'}"
                )
        except (BookError, DocumentError, Invalid) as error:
            raise CommandError(str(error)) from error
