"""The page of one objection for whoever holds its number, and the acts of who filed it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core.incoming import may_give_out_scanned
from pilotage.core.verdict import Invalid
from pilotage.directory import objection_rules, services
from pilotage.directory.enums import UNDECIDED
from pilotage.directory.models import Objection, ObjectionFile
from pilotage.web.downloads import kept_file
from pilotage.web.notices import proving
from pilotage.web.notices.filing import STEPS, add_files
from pilotage.web.notices.forms import EvidenceForm
from pilotage.web.notices.public import visible_notice


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledgement(request: HttpRequest, number: str, objection: str) -> HttpResponse:
    """Who holds the number sees that it arrived and what was decided, and nothing of the sender; the sender may add and withdraw."""
    notice = visible_notice(request, number)
    found = get_object_or_404(notice.objections.select_related("application__enterprise"), number=objection)
    found.notice = notice
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _act(request, found)
        if not errors:
            return redirect("directory:objection", number=notice.number, objection=found.number)
    sender = proving.objector(request, found)
    context = {
        "notice": notice,
        "objection": found,
        "hearings": list(found.hearings.order_by("id").only("asked_at", "due_on", "answered_at")),
        "is_undecided": found.state in UNDECIDED,
        "is_sender": sender is not None,
        "asked": proving.state_of(request, notice).asked == found.email and bool(found.email),
        "masked": masked(found.email),
        "files": list(objection_rules.visible_files(sender, found)) if sender else [],
        "evidence": EvidenceForm(),
        "errors": errors,
    }
    return render(request, "notices/acknowledgement.html", context, status=422 if errors else 200)


def _act(request: HttpRequest, objection: Objection) -> dict[str, str]:
    verb = request.POST.get("do")
    if verb in STEPS:
        return proving.act(request, objection.notice, objection.email)
    sender = proving.objector(request, objection) or objection_rules.Objector("")
    if verb == "add":
        objection_rules.can_add_files(sender, objection).require()
        form = EvidenceForm(request.POST, request.FILES)
        add_files(request, objection, sender, form.cleaned_data["files"] if form.is_valid() else [])
    elif verb == "withdraw":
        try:
            services.withdraw_objection(objector=sender, objection=objection, reason=request.POST.get("reason", "")[:2000])
        except Invalid as refusal:
            return refusal.errors
        messages.success(request, _("Your objection was withdrawn."))
    return {}


@login_not_required
@never_cache
@require_safe
def objection_file(request: HttpRequest, pk: int) -> FileResponse:
    """For the side it is of, the secretariat and auditors; nobody else learns that it is there."""
    row = get_object_or_404(ObjectionFile.objects.select_related("objection__notice__call", "objection__application"), pk=pk)
    actor = proving.objector(request, row.objection) or request.user
    if not objection_rules.visible_files(actor, row.objection).filter(pk=row.pk).exists():
        raise Http404
    may_give_out_scanned(row).require()
    return kept_file(row.file, row.name, row.content_type)


def masked(email: str) -> str:
    """``l***@example.org``: enough for the owner to know which mailbox is meant."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
