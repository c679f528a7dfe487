"""The public pages: one certificate, and the check of what somebody shows."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.directory import rules as directory
from pilotage.publications.certificates import checking, papers, proof, rules, selectors
from pilotage.publications.certificates.enums import CertificateState
from pilotage.web.certificates import words


@login_not_required
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """By the number of a certificate; the number of an entry leads to the one it holds."""
    certificate = _visible(request).filter(number=number).first()
    if certificate is None:
        entry = get_object_or_404(directory.visible_entries(request.user), number=number)
        held = selectors.current(entry)
        return redirect("certificates:detail", number=held.number) if held else render(request, "certificates/none.html", {"entry": entry})
    said = selectors.said_of(certificate)
    context = {
        "certificate": certificate,
        "said": said,
        "title": said.get("projectTitle") or said["enterprise"]["name"],
        "rows": words.facts(said),
        "is_in_force": certificate.state == CertificateState.IN_FORCE,
        "successor": selectors.successor(certificate) if certificate.state == CertificateState.REPLACED else None,
        "signature": proof.read(certificate.body)["proof"],
        "crumbs": [(_("Check a certificate"), reverse("certificates:verify")), (certificate.number, "")],
    }
    return render(request, "certificates/detail.html", context)


@login_not_required
@require_safe
def file(request: HttpRequest, number: str) -> HttpResponse:
    certificate = get_object_or_404(_visible(request), number=number)
    return _download(papers.file_of(certificate), "application/vc", f"{number}.json")


@login_not_required
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponse:
    certificate = get_object_or_404(_visible(request), number=number)
    return _download(papers.paper_of(certificate), "application/pdf", f"{number}.pdf")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """A file is looked at and forgotten; a number leads to its page."""
    number = request.GET.get("number", "").strip()
    if number:
        found = _visible(request).filter(number__iexact=number).first()
        entry = None if found else directory.visible_entries(request.user).filter(number__iexact=number).first()
        if found or entry:
            return redirect("certificates:detail", number=(found or entry).number)
    context: dict[str, Any] = {"number": number, "unknown": bool(number), "error": "", "answer": None}
    if request.method == "POST":
        upload = request.FILES.get("file")
        context["error"] = _upload_error(upload)
        if upload is not None and not context["error"]:
            context |= _answer(request, upload.read(), upload.name or "")
    return render(request, "certificates/verify.html", context, status=422 if context["error"] else 200)


def _answer(request: HttpRequest, content: bytes, name: str) -> dict[str, Any]:
    answer = selectors.check(content)
    said = answer.credential.get("credentialSubject") if answer.is_good or answer.result is checking.Result.REVOKED else None
    certificate = _visible(request).filter(number=_number(answer.credential)).first() if said else None
    return {
        "answer": answer,
        "file_name": name,
        "words": words.answer(answer),
        "rows": words.facts(said) if isinstance(said, dict) else [],
        "certificate": certificate,
        "status_at": parse_datetime(answer.status_at) if answer.status_at else None,
    }


def _number(credential: proof.Json) -> str:
    return str(credential.get("id", "")).rstrip("/").rpartition("/")[2]


def _upload_error(upload: UploadedFile | None) -> str:
    if upload is None:
        return _("Choose the PDF or JSON file of a certificate.")
    if (upload.size or 0) > checking.MAX_BYTES:
        return _("The file is larger than 10 MB; certificates are far smaller.")
    return ""


def _visible(request: HttpRequest) -> Any:
    return rules.visible_certificates(request.user).select_related("entry__edition__directory", "entry__edition__call", "key")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
