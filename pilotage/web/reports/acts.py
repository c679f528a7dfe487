"""What can be done with one work report: every act is one POST to one service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pilotage.core.documents import DocumentError
from pilotage.core.verdict import Conflict, Invalid
from pilotage.reports.papers import sending as work_sending
from pilotage.reports.papers import services as work_services
from pilotage.reports.papers.models import TextBlock, WorkReport
from pilotage.reports.papers.services import TextClash
from pilotage.web.reports.pages import visible
from pilotage.web.reports.view import shown


@require_POST
def save_text(request: HttpRequest, pk: int, language: str, key: str) -> HttpResponse:
    report = visible(request, pk)
    if not report.texts.filter(key=key, language=language).exists():
        raise Http404
    text, base = request.POST.get("text", ""), request.POST.get("base", "")
    try:
        found = work_services.edit_text(
            actor=request.user, report=report, key=key, language=language, text=text, base_version=int(base) if base.isdigit() else -1
        )
    except Invalid as problem:
        return _again(request, report, language, errors=problem.errors, text=text, at=key, status=422)
    if isinstance(found, TextClash):
        return _again(request, report, language, text=found.yours, at=key, clash=found.theirs, status=409)
    messages.success(request, _("The text is kept."))
    return redirect(f"{reverse('reports:detail', args=[pk])}?language={language}#text-{key}")


def _again(
    request: HttpRequest,
    report: WorkReport,
    language: str,
    *,
    status: int,
    errors: dict[str, str] | None = None,
    text: str = "",
    at: str = "",
    clash: TextBlock | None = None,
) -> HttpResponse:
    query = request.GET.copy()
    query["language"] = language
    request.GET = query  # type: ignore[assignment]
    return render(request, "reports/detail.html", shown(request, report, errors=errors, text=text, at=at, clash=clash), status=status)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    report = visible(request, pk)
    if verb not in ACTS:
        raise Http404
    try:
        messages.success(request, ACTS[verb](request, report))
    except Invalid as problem:
        report.refresh_from_db()
        return render(request, "reports/detail.html", shown(request, report, errors=problem.errors), status=422)
    except DocumentError as problem:
        raise Conflict(str(problem)) from problem
    return redirect("reports:detail", pk=pk)


def _regenerate(request: HttpRequest, report: WorkReport) -> str:
    found = work_services.regenerate(actor=request.user, report=report, as_of=_day(request.POST.get("as_of", "")))
    if not found:
        return _("Counted again: nothing has changed.")
    return ngettext("Counted again: %(count)s figure has changed.", "Counted again: %(count)s figures have changed.", len(found)) % {
        "count": len(found)
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"as_of": _("This is no day.")}) from None


def _submit(request: HttpRequest, report: WorkReport) -> str:
    work_services.submit_report(actor=request.user, report=report)
    return _("The report is in review: texts and figures stay as they are.")


def _return(request: HttpRequest, report: WorkReport) -> str:
    work_services.return_report(actor=request.user, report=report, reason=request.POST.get("reason", ""))
    return _("The report is a draft again.")


def _propose(request: HttpRequest, report: WorkReport) -> str:
    work_services.propose_signing(actor=request.user, report=report)
    return _("Signing is proposed. A second person must confirm.")


def _confirm(request: HttpRequest, report: WorkReport) -> str:
    work_services.confirm_signing(actor=request.user, report=report)
    return _("The report is signed; its files are kept.")


def _withdraw(request: HttpRequest, report: WorkReport) -> str:
    work_services.withdraw_signing(actor=request.user, report=report)
    return _("The proposal to sign is withdrawn.")


def _archive(request: HttpRequest, report: WorkReport) -> str:
    work_services.archive_report(actor=request.user, report=report)
    return _("The report is archived.")


def _reopen(request: HttpRequest, report: WorkReport) -> str:
    work_services.reopen_report(actor=request.user, report=report, reason=request.POST.get("reason", ""))
    return _("The report is a draft again; what was signed stays.")


def _send(request: HttpRequest, report: WorkReport) -> str:
    addresses = [each for each in request.POST.get("emails", "").replace(",", "\n").splitlines() if each.strip()]
    names = work_sending.clean_recipients([], [], addresses)
    if not names:
        raise Invalid({"emails": _("Name at least one member by e-mail address.")})
    rows = work_sending.send_report(actor=request.user, report=report, to=work_sending.recipients(names))
    return ngettext("Sent to %(count)s person.", "Sent to %(count)s people.", len(rows)) % {"count": len(rows)}


ACTS: dict[str, Callable[[HttpRequest, WorkReport], str]] = {
    "regenerate": _regenerate,
    "submit": _submit,
    "return": _return,
    "propose": _propose,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "archive": _archive,
    "reopen": _reopen,
    "send": _send,
}
