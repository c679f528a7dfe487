"""A file of experts comes in: first what it would do, then, with the same file, done."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Invalid
from pilotage.review.experts.importing import COLUMNS, REQUIRED, ExpertImport, check_experts, import_experts
from pilotage.review.rules import can_edit_pool

MAX_BYTES = 5 * 1024 * 1024
FOLDER = "expert-imports"
SALT = "review.expert-import"
VALID_SECONDS = 24 * 3600
SHOWN = 200  # faults listed; the rest is counted


@require_http_methods(["GET", "HEAD", "POST"])
def expert_import(request: HttpRequest) -> HttpResponse:
    can_edit_pool(request.user).require()
    context: dict[str, Any] = {"columns": [(names[0], key in REQUIRED) for key, names in COLUMNS.items()], "report": None, "error": ""}
    if request.method == "POST":
        try:
            if "token" in request.POST:
                return _run(request)
            context |= _check(request)
        except (Invalid, Unreadable) as problem:
            context["error"] = str(problem)
    bad = context["error"] or (context["report"] and context["report"].faults)
    return render(request, "review/expert_import.html", context, status=422 if bad else 200)


def _check(request: HttpRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(_("Choose an XLSX or CSV file."))
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(_("The file is larger than 5 MB."))
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise Invalid(_("Choose an XLSX or CSV file."))
    body = upload.read()
    digest = hashlib.sha256(body).hexdigest()
    name = f"{FOLDER}/{digest}{suffix}"
    if not default_storage.exists(name):
        upload.seek(0)
        default_storage.save(name, File(upload))
    report = _with_file(name, lambda path: check_experts(actor=request.user, path=path))
    return {
        "report": report,
        "faults": report.faults[:SHOWN],
        "more": max(0, len(report.faults) - SHOWN),
        "file_name": upload.name,
        "token": signing.dumps([request.user.pk, name], salt=SALT),
    }


def _run(request: HttpRequest) -> HttpResponse:
    try:
        user, name = signing.loads(request.POST["token"], salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        raise Invalid(_("The check is too old. Choose the file again.")) from None
    if user != request.user.pk or not default_storage.exists(name):
        raise Invalid(_("The check is too old. Choose the file again."))
    report = _with_file(name, lambda path: import_experts(actor=request.user, path=path))
    default_storage.delete(name)
    counts = {"created": len(report.created), "updated": len(report.updated), "bad": report.bad_rows}
    messages.success(request, _("%(created)s experts added, %(updated)s changed, %(bad)s rows left out.") % counts)
    return redirect("review:expert-list")


def _with_file(name: str, read: Callable[[Path], ExpertImport]) -> ExpertImport:
    """The stored file as one on this disk: the store may be elsewhere."""
    with default_storage.open(name, "rb") as stored, tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as copy:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        return read(Path(copy.name))
