"""Pages of a consortium: the lead's list of partners; a partner's own part, its consent, and its way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.accounts.rules import enterprise_ids
from pilotage.calls import selectors, services
from pilotage.calls.enums import TAKING_PART, PartnerState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Attachment, Partner
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, dossier, edit, steps
from pilotage.web.calls.fields import Places
from pilotage.web.calls.mine import own_application
from pilotage.web.calls.sheet import Sheet


class PartSheet(Sheet):
    """A partner's part of an application: the same engine over its own sections, answers and register values."""

    is_part = True

    def __init__(self, partner: Partner):
        super().__init__(partner.application)
        self.partner = partner

    @property
    def row(self) -> Partner:
        return self.partner

    @cached_property
    def form(self) -> FormDef:
        return joint.partner_form(self.application.version)

    @cached_property
    def attachments(self) -> list[Attachment]:
        return selectors.attachments_of(self.application, self.partner) if self.partner.pk else []

    @cached_property
    def registry(self) -> Mapping[str, str]:
        return joint.registry_of(self.partner)

    @property
    def basis(self) -> None:  # type: ignore[override]
        return None

    @property
    def edit_url(self) -> str:
        return reverse("calls:part-edit", args=[self.application.number])

    @property
    def uploads_url(self) -> str:
        return reverse("calls:part-upload-create", args=[self.application.number])

    def attach(self, actor: Any, field: str, upload: Any) -> services.AddedAttachment:
        return services.add_attachment(actor=actor, application=self.application, field=field, upload=upload, partner=self.partner)

    @property
    def workbook_url(self) -> str:
        return reverse("calls:part-workbook", args=[self.application.number])

    @property
    def draft_key(self) -> str:
        return f"{self.application.number}/part/{self.partner.pk}"

    def keep(self, actor: Any, values: Mapping[str, Any], base_version: int) -> services.SaveResult:
        return services.save_part(actor=actor, partner=self.partner, values=values, base_version=base_version)

    def reload(self) -> PartSheet:
        self.partner.refresh_from_db(fields=["data", "field_versions", "origins", "draft_version", "updated_at", "state"])
        return PartSheet(self.partner)

    def places(self) -> Places:
        return Places(self.partner.enterprise.province_id or "", ())


def parts(application: Application, reader: Any, *, filed: Sequence[Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The partners with their answers, for the dossier; ``filed``: as a revision holds them. A partner reads no other partner's files."""
    wish = joint.partner_wish(application.version)
    if wish is None:
        return []
    own = enterprise_ids(reader)
    reads_all = not own or application.enterprise_id in own
    if filed is None:
        return [
            _part(PartSheet(partner), wish.role(partner.role), None, with_files=reads_all or partner.enterprise_id in own)
            for partner in joint.partners_of(application)
        ]
    found = []
    for part in filed:
        partner = Partner(application=application, data=part["data"], state=part["state"], role=part["role"])
        with_files = reads_all or part["enterprise"] in own
        found.append(_part(PartSheet(partner), wish.role(part["role"]), part, with_files=with_files))
    return found


def _part(sheet: PartSheet, role: str, filed: Mapping[str, Any] | None, *, with_files: bool) -> dict[str, Any]:
    partner = sheet.partner
    files = [] if not with_files else filed.get("attachments", []) if filed else None
    return {
        "partner": partner,
        "name": filed["name"] if filed else partner.enterprise.name,
        "role": role,
        "label": PartnerState(partner.state).label,
        "consented_by": filed["consented_by"] if filed else str(partner.decided_by or ""),
        "sections": dossier.sections(sheet, registry=filed["registry"] if filed else None, files=files),
        "problems": 0 if filed else len(sheet.problems),
        "taking_part": partner.state in TAKING_PART,
    }


# --- the lead's page ------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: HttpRequest, number: str) -> HttpResponse:
    application = own_application(request, number)
    if joint.partner_wish(application.version) is None:
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _change(request, application)
        except Invalid as error:
            errors = error.errors
    wish = joint.partner_wish(application.version)
    values = {
        "application": application,
        "wish": wish,
        "parts": parts(application, request.user),
        "may_change": joint_rules.can_invite_partner(request.user, application),
        "problems": joint.partner_problems(application),
        "errors": errors,
        "posted": {name: request.POST.get(name, "") for name in ("who", "role")},
    }
    return render(request, "calls/partners.html", values, status=422 if errors else 200)


def _change(request: HttpRequest, application: Application) -> HttpResponse:
    act, _colon, argument = request.POST.get("do", "").partition(":")
    if act == "invite":
        partner = services.invite_partner(
            actor=request.user, application=application, who=request.POST.get("who", ""), role=request.POST.get("role", "")
        )
        messages.success(
            request,
            _("%(partner)s has been invited. It now sees the application and answers for itself.") % {"partner": partner.enterprise},
        )
    elif act == "remove":
        found = next((each for each in joint.partners_of(application) if str(each.pk) == argument), None)
        if found is None:
            raise Http404
        services.remove_partner(actor=request.user, partner=found, reason=request.POST.get("reason", ""))
        messages.success(request, _("%(partner)s no longer takes part.") % {"partner": found.enterprise})
    else:
        raise Http404
    return redirect("calls:partners", number=application.number)


# --- the partner's pages --------------------------------------------------------------------
def own_part(request: HttpRequest, number: str) -> Partner:
    """The part of an enterprise for which the reader files; anything else is a 404."""
    partner = joint.own_partnerships(request.user).filter(application__number=number).prefetch_related("application__call__stages").first()
    if partner is None:
        raise Http404
    return partner


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_edit(request: HttpRequest, number: str) -> HttpResponse:
    partner = own_part(request, number)
    verdict = joint_rules.can_edit_part(request.user, partner)
    sheet = PartSheet(partner)
    if not sheet.form.sections or (not verdict and request.method != "POST"):
        return redirect("calls:part", number=number)
    verdict.require()
    return edit.edit(request, sheet)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, number: str) -> HttpResponse:
    partner = own_part(request, number)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _answer(request, partner)
        except Invalid as error:
            errors = error.errors
    sheet, application, wish = PartSheet(partner), partner.application, joint.partner_wish(partner.application.version)
    verbs = [verb for verb in ("consent", "decline", "leave") if may(request.user, partner, verb)]
    values = {
        "application": application,
        "partner": partner,
        "role": wish.role(partner.role) if wish else "",
        "sheet": sheet,
        "sections": dossier.sections(sheet),
        "problems": sheet.problems,
        "verbs": verbs,
        "may_edit": joint_rules.can_edit_part(request.user, partner),
        "may_ask": joint_rules.may_ask_to_leave(request.user, partner),
        "state": selectors.state_for(request.user, application),
        "stages": context.stages_ahead(application),
        "closes": steps.next_step(application, application.state)[1],
        "errors": errors,
        "posted": {"reason": request.POST.get("reason", "")},
    }
    return render(request, "calls/part.html", values, status=422 if errors else 200)


def _answer(request: HttpRequest, partner: Partner) -> HttpResponse:
    act, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    lead = {"lead": partner.application.enterprise.name}
    if act == "consent":
        services.consent(actor=request.user, partner=partner)
        messages.success(request, _("You take part. %(lead)s sees your consent.") % lead)
    elif act == "decline":
        services.decline_partnership(actor=request.user, partner=partner, reason=reason)
        messages.success(request, _("You do not take part. %(lead)s reads why.") % lead)
        return redirect("calls:my-list")
    elif act == "leave":
        services.leave(actor=request.user, partner=partner, reason=reason)
        messages.success(request, _("You have left the consortium. %(lead)s reads why.") % lead)
        return redirect("calls:my-list")
    elif act == "ask":
        services.ask_to_leave(actor=request.user, partner=partner, reason=reason)
        messages.success(request, _("The officers read your request and can return the application."))
    elif act == "stay":
        services.stay(actor=request.user, partner=partner)
        messages.success(request, _("The request has been taken back; you take part."))
    else:
        raise Http404
    return redirect("calls:part", number=partner.application.number)
