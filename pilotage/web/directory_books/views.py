"""The directory as a book: what there is to download, and the secretariat's button to make it anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.directory import rules
from pilotage.directory.models import Directory, Edition, Entry
from pilotage.publications.certificates.rules import can_issue
from pilotage.publications.directory_books.models import DirectoryBook
from pilotage.publications.directory_books.tasks import compile_directory_books

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
}
NAMES = {"pdf": "PDF", "docx": "Word", "epub": "EPUB"}
ORDER = {"zh": 0, "en": 1}


@login_not_required
@require_safe
def books(request: HttpRequest, slug: str) -> HttpResponse:
    directory = get_object_or_404(Directory, slug=slug)
    editions = list(_editions(request).filter(directory=directory).order_by("-year", "id"))
    held: dict[int, list[DirectoryBook]] = {}
    for book in DirectoryBook.objects.filter(edition__in=editions):
        held.setdefault(book.edition_id, []).append(book)
    context = {
        "directory": directory,
        "editions": [_shown(request, edition, held.get(edition.pk, [])) for edition in editions],
        "crumbs": [(_("Directory"), reverse("directory:list", kwargs={"slug": slug})), (_("The directory as a book"), "")],
    }
    return render(request, "directory_books/page.html", context)


def _shown(request: HttpRequest, edition: Edition, found: list[DirectoryBook]) -> dict[str, Any]:
    rows = sorted(found, key=lambda book: (ORDER.get(book.language, 9), list(TYPES).index(book.kind)))
    return {
        "edition": edition,
        "books": [{"book": book, "name": NAMES[book.kind]} for book in rows],
        "may_compile": can_issue(request.user, Entry(edition=edition)),
    }


@login_not_required
@require_safe
def file(request: HttpRequest, slug: str, edition: str, language: str, kind: str) -> HttpResponseBase:
    editions = {each.key: each for each in _editions(request).filter(directory__slug=slug)}
    if edition not in editions or kind not in TYPES:
        raise Http404
    book = get_object_or_404(DirectoryBook, edition=editions[edition], language=language, kind=kind)
    name = f"{slug}-{edition}-{language}.{kind}"
    return FileResponse(book.file.open("rb"), as_attachment=True, filename=name, content_type=TYPES[kind])


@require_POST
def compile_anew(request: HttpRequest, edition: int) -> HttpResponse:
    found = get_object_or_404(_editions(request), pk=edition)
    can_issue(request.user, Entry(edition=found)).require()
    compile_directory_books.enqueue(found.pk, request.user.pk)
    messages.success(request, _("The book is being compiled; it takes a minute or so. Reload the page then."))
    return redirect("directory_books:page", slug=found.directory.slug)


def _editions(request: HttpRequest) -> Any:
    return rules.visible_editions(request.user).filter(state="published", is_complete=True).select_related("directory", "call__plan")
