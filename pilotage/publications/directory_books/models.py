from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class DirectoryBook(models.Model):
    """The directory of an edition as a book, in one language and one kind of file, as it was last compiled.

    ``digest`` is that of the book's content: the same content is not compiled again. ``as_of``: the day of the last change in it.
    """

    edition = models.ForeignKey("directory.Edition", on_delete=models.PROTECT, related_name="books")
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=4)
    digest = models.CharField(max_length=80)
    file = models.FileField(upload_to="directory-books", max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    entries = models.PositiveIntegerField()
    as_of = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("directory book")
        ordering: ClassVar = ["edition", "-language", "kind"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "language", "kind"], name="directory_book_once")]

    def __str__(self) -> str:
        return f"{self.edition} {self.language} {self.kind}"
