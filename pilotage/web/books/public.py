"""What everybody reads: issued case sets, their files, and the web book page by page out of its archive."""

from __future__ import annotations

import zipfile

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilotage.core.keyset import page
from pilotage.core.markup import parse, to_html
from pilotage.publications.books import selectors
from pilotage.publications.books.enums import FileKind
from pilotage.publications.books.models import CaseSet, CaseSetFile
from pilotage.publications.books.rules import public_sets
from pilotage.publications.cases.rules import published_cases
from pilotage.registry.models import localized

SIZE = 20
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "web": "application/zip",
}
PAGE_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
}


@login_not_required
@require_safe
def set_list(request: HttpRequest) -> HttpResponse:
    found = page(selectors.listed(public_sets()), order=selectors.ORDER, after=request.GET.get("after", ""), size=SIZE)
    return render(request, "books/list.html", {"page": found})


def _public(slug: str) -> CaseSet:
    return get_object_or_404(public_sets().select_related("plan"), slug=slug)


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    case_set = _public(slug)
    order = list(case_set.items.values_list("case_id", flat=True))
    found = {case.pk: case for case in published_cases().filter(pk__in=order)}
    files = selectors.public_files(case_set)
    context = {
        "case_set": case_set,
        "cases": [found[pk] for pk in order if pk in found],
        "files": files,
        "has_web": any(kept.kind == FileKind.WEB for kept in files),
        "foreword": to_html(parse(localized(case_set.foreword_zh, case_set.foreword_en)), heading_base=3),
    }
    return render(request, "books/detail.html", context)


def _file(slug: str, kind: str) -> CaseSetFile:
    return next((kept for kept in selectors.public_files(_public(slug)) if kept.kind == kind), None) or _absent()


def _absent() -> CaseSetFile:
    raise Http404


@login_not_required
@require_safe
def file(request: HttpRequest, slug: str, kind: str) -> FileResponse:
    return given(_file(slug, kind))


def given(kept: CaseSetFile) -> FileResponse:
    return FileResponse(kept.file.open("rb"), as_attachment=True, filename=kept.name, content_type=TYPES[kept.kind])


@login_not_required
@require_safe
def read(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One page, style or picture of the web book."""
    kept = _file(slug, FileKind.WEB)
    with kept.file.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        try:
            content = archive.read(name)
        except KeyError:
            raise Http404 from None
    return HttpResponse(content, content_type=PAGE_TYPES.get(name.rsplit(".")[-1], "application/octet-stream"))
