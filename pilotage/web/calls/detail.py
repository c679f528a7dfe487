"""The dossier: what was filed, what happened to it, and what the reader may do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.rules import roles_of
from pilotage.calls import invoices, rules, selectors, services
from pilotage.calls.enums import EDITABLE, ApplicationKind, CheckResult, StageKind
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application
from pilotage.calls.prefill import origin_words
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import Invalid
from pilotage.publications.cases.rules import can_start as can_start_case
from pilotage.web.calls import comments, context, dossier, history, marks, parts, queue
from pilotage.web.calls.sheet import Sheet

# verb -> its button. The order is that of the page.
_OFFICER_VERBS = {
    "pass_up": gettext_lazy("Pass up to the city"),
    "check": gettext_lazy("Pass the check"),
    "shortlist": gettext_lazy("Put on the list"),
    "unshortlist": gettext_lazy("Take off the list"),
    "confirm_update": gettext_lazy("Confirm the update"),
    "accept": gettext_lazy("Accept for review"),
    "reconsider": gettext_lazy("Take up again"),
    "return": gettext_lazy("Return for correction"),
    "decline": gettext_lazy("Do not recommend"),
    "reject": gettext_lazy("Do not accept"),
    "unpass": gettext_lazy("Take it back from the city"),
    "uncheck": gettext_lazy("Take the check back"),
    "undecline": gettext_lazy("Take the decision back"),
}
_UNDOING = frozenset({"unpass", "uncheck", "undecline"})
_PASSING = frozenset({"pass_up", "check"})
# the next page of the queue names these acts in its line that takes them back
_SAID_BY_UNDO = _PASSING | {"decline"}
_HEAVY = ("data", "attachments", "registry", "receipt__body")
_APPLICANT_ROLES = {"filer", "legal_representative"}
_JUDGED = frozenset({"selected", "reserve", "not_selected", "in_notice", "excluded", "listed"})


def visible_application(request: HttpRequest, number: str) -> Application:
    related = (
        "call",
        "version",
        "enterprise",
        "enterprise__province",
        "enterprise__prefecture",
        "enterprise__county",
        "enterprise__industry",
    )
    more = ("province", "prefecture", "industry", "recommender", "renews")
    queryset = rules.visible_applications(request.user).select_related(*related, *more).prefetch_related("call__stages")
    return get_object_or_404(queryset, number=number)


def is_insider(request: HttpRequest) -> bool:
    """Officers, secretariat and auditors read each other's names; an enterprise reads the office only."""
    return bool(roles_of(request.user) - _APPLICANT_ROLES)


@require_safe
def application_detail(request: HttpRequest, number: str) -> HttpResponse:
    return page_of(request, visible_application(request, number))


def page_of(request: HttpRequest, application: Application, errors: dict[str, str] | None = None) -> HttpResponse:
    sheet = Sheet(application)
    insider = is_insider(request) and not rules.is_filer(request.user, application)
    revisions = list(application.revisions.select_related("made_by", "receipt").defer(*_HEAVY).order_by("-number"))
    acts = possible_acts(request, application) if insider else []
    said = comments.lines(request, sheet)
    values = {
        "application": application,
        "state": selectors.state_for(request.user, application),
        "sheet": sheet,
        "sections": dossier.sections(sheet, comments=comments.by_field(said)),
        "comments": said,
        "unsent": [line for line in said if line.is_draft],
        "open_comments": [line for line in said if line.is_open],
        "may_comment": bool(insider and rules.may_comment(request.user, application)),
        "commenting": request.POST.get("field", "") or request.GET.get("comment", ""),
        "queue": queue.of(request, application) if insider else None,
        "last": _last_decided(request) if insider else None,
        "marks": marks.of(application) if insider else [],
        "may_clear": bool(insider and application.open_flags and rules.may_judge_figures(request.user, application)),
        "clearing": request.POST.get("mark", ""),
        "why_direct": rules.why_direct(application) if insider else "",
        "parts": parts.parts(application, request.user),
        "asked_to_leave": [],
        "answered": [field for key, field in sheet.form.by_key.items() if key in application.field_versions],
        "signoff": joint.signoff_of(application) if joint.needs_signoff(application) else None,
        "changes": sheet.changes_since_last_year() if sheet.basis else None,
        "events": history.of(application, insider=insider),
        "insider": insider,
        "is_filer": rules.is_filer(request.user, application),
        "may_tell_case": bool(can_start_case(request.user, application)),
        "can_edit": rules.can_edit(request.user, application),
        "may_withdraw": may(request.user, application, "withdraw"),
        "is_editable": application.state in EDITABLE,
        "revisions": revisions,
        "checks": list(application.checks.select_related("organisation", "made_by").order_by("-id")) if insider else [],
        "cosignatures": list(application.cosignatures.select_related("organisation", "made_by").order_by("-id")) if insider else [],
        "repeated": selectors.repeated_files(request.user, application) if insider else [],
        "invoices": invoices.repeats(request.user, application) if insider else [],
        "acts": [act for act in acts if act["verdict"]],
        "refused": _by_reason([act for act in acts if not act["verdict"]]),
        "problems": sheet.problems if insider else {},
        "errors": errors or {},
        "posted": request.POST,
    }
    values["has_result"] = bool(values["is_filer"] and str(values["state"]) in _JUDGED)
    marks.beside(values["sections"], values["marks"])
    values["has_shortcuts"] = bool(values["queue"] or values["may_comment"])
    values["asked_to_leave"] = [part for part in values["parts"] if part["partner"].leave_asked_at and part["taking_part"]]
    return render(request, "calls/application_detail.html", values, status=422 if errors else 200)


def _label(application: Application, verb: str) -> Any:
    """A report of a listed project is confirmed or not; nobody recommends it."""
    is_report = application.kind == ApplicationKind.UPDATE
    return _("Do not confirm") if is_report and verb == "decline" else _OFFICER_VERBS[verb]


def possible_acts(request: HttpRequest, application: Application) -> list[dict[str, Any]]:
    """The officers' verbs that the present state allows, each with the verdict for this reader."""
    table = table_for(application)
    found = [
        {
            "verb": verb,
            "label": _label(application, verb),
            "verdict": may(request.user, application, verb),
            "needs_reason": table.by_verb[verb].needs_reason,
            "is_undo": verb in _UNDOING,
            "is_pass": verb in _PASSING,
            "points": _points(request, application, verb) if verb in _PASSING else [],
        }
        for verb in _OFFICER_VERBS
        if application.state in table.by_verb[verb].sources
    ]
    return [act for act in found if act["verdict"] or _is_worth_a_refusal(request, application, act["verb"], found)]


def _is_worth_a_refusal(request: HttpRequest, application: Application, verb: str, found: list[dict[str, Any]]) -> bool:
    """A refusal is shown to whoever could expect the act: who holds the level, not everybody who reads."""
    if verb == "pass_up":
        return application.call.district_stage is not None and rules.holds_district_check(request.user, application)
    if verb == "unpass":
        return rules.holds_district_check(request.user, application)
    if verb in _UNDOING:
        return rules.holds_check(request.user, application) and bool(application.decided_from)
    passes_up = any(act["verb"] == "pass_up" and act["verdict"] for act in found)
    return not (passes_up and verb in {"check", "decline"})


def _points(request: HttpRequest, application: Application, verb: str) -> list[dict[str, Any]]:
    """The check list of the stage, as ticked in a post that was refused."""
    call = application.call
    stage = call.district_stage if verb == "pass_up" else call.stage(StageKind.CHECK)
    if stage is None or application.kind != ApplicationKind.NEW:
        return []
    ticked = set(request.POST.getlist("tick"))
    return [
        {
            "key": point["key"],
            "title": context.pick(point["title"]),
            "help": context.pick(point.get("help", "")),
            "required": point.get("required", True),
            "ticked": point["key"] in ticked,
        }
        for point in stage.checklist
    ]


def _last_decided(request: HttpRequest) -> dict[str, Any] | None:
    """What the reader decided a moment ago in going through the desk, if that can still be taken back."""
    number = request.GET.get("last", "")
    if not number or not queue.is_on(request):
        return None
    rows = rules.visible_applications(request.user).select_related("call", "enterprise", "recommender").prefetch_related("call__stages")
    application = rows.filter(number=number).defer("data", "field_versions", "origins").first()
    if application is None:
        return None
    undone_by = next((verb for verb in _UNDOING if may(request.user, application, verb)), "")
    return {"application": application, "verb": undone_by}


def _by_reason(acts: list[dict[str, Any]]) -> list[tuple[str, list[Any]]]:
    reasons: dict[str, list[Any]] = {}
    for act in acts:
        reasons.setdefault(str(act["verdict"].reason), []).append(act["label"])
    return list(reasons.items())


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    application = visible_application(request, number)
    verb = request.POST.get("verb", "")
    if verb not in _OFFICER_VERBS:
        raise Http404
    try:
        _run(request, application, verb, request.POST.get("reason", "").strip())
    except Invalid as error:
        return page_of(request, visible_application(request, number), {f"reason-{verb}": next(iter(error.errors.values()))})
    following = queue.after_act(request, application)
    if not ("last=" in following and verb in _SAID_BY_UNDO):
        words = {"enterprise": application.enterprise.short, "act": _label(application, verb)}
        messages.success(request, _("%(enterprise)s: %(act)s.") % words)
    if verb in _UNDOING:
        address = reverse("calls:application-detail", args=[application.number])
        return redirect(f"{address}{queue.query(request)}")
    return redirect(following)


def _run(request: HttpRequest, application: Application, verb: str, reason: str) -> None:
    run = _RUN.get(verb)
    if run is not None:
        run(request.user, application, reason)
        return
    ticks = request.POST.getlist("tick")
    if verb == "pass_up":
        services.pass_up_many(actor=request.user, applications=[application], opinion=reason, ticks=ticks)
    else:
        result = CheckResult.RESERVATION if request.POST.get("reservation") else CheckResult.PASS
        services.check(actor=request.user, application=application, result=result, opinion=reason, ticks=ticks)


def _take_back(actor: Any, application: Application, reason: str) -> None:
    services.take_back(actor=actor, applications=[application], reason=reason or _("Taken back on the application's page."))


_RUN: dict[str, Callable[[Any, Application, str], Any]] = {
    "shortlist": lambda actor, row, _reason: services.shortlist_many(actor=actor, applications=[row]),
    "unshortlist": lambda actor, row, reason: services.unshortlist_many(actor=actor, applications=[row], reason=reason),
    "confirm_update": lambda actor, row, _reason: services.confirm_updates(actor=actor, applications=[row]),
    "accept": lambda actor, row, _reason: services.accept_many(actor=actor, applications=[row]),
    "reconsider": lambda actor, row, reason: services.reconsider(actor=actor, application=row, reason=reason),
    "return": lambda actor, row, reason: services.return_for_correction(actor=actor, application=row, reason=reason),
    "decline": lambda actor, row, reason: services.decline(actor=actor, application=row, reason=reason),
    "reject": lambda actor, row, reason: services.reject(actor=actor, application=row, reason=reason),
} | dict.fromkeys(_UNDOING, _take_back)


@require_safe
def revision(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    """One filing as it was, and what it changed against the one before."""
    application = visible_application(request, number)
    found = get_object_or_404(application.revisions.select_related("made_by", "receipt"), number=revision)
    before = application.revisions.filter(number__lt=revision).order_by("-number").first()
    application.data = found.data
    sheet = Sheet(application)
    values = {
        "application": application,
        "state": selectors.state_for(request.user, application),
        "revision": found,
        "before": before,
        "changes": sheet.changes_since(before.data) if before else [],
        "sections": dossier.sections(sheet, registry=found.registry, files=found.attachments),
        "parts": parts.parts(application, request.user, filed=found.partners) if found.partners is not None else [],
        "signature": found.signoff,
        "insider": is_insider(request) and not rules.is_filer(request.user, application),
    }
    return render(request, "calls/revision.html", values)


@require_safe
def field_history(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Every value a field was given, newest first; for the enterprise itself only."""
    application = visible_application(request, number)
    sheet = Sheet(application)
    if not rules.is_filer(request.user, application) or key not in sheet.form.by_key:
        raise Http404
    field = sheet.form.by_key[key]
    changes = joint.field_history(application, key)
    values = {
        "application": application,
        "field": field,
        "lines": [{"change": change, "words": sheet.words(field, change.value)} for change in changes],
        "origin": origin_words(application.origins.get(key)),
    }
    return render(request, "calls/field_history.html", values)
