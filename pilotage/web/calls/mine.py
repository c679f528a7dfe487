"""The applicant's own pages besides the form: list, start, check before submission, receipt, changes, withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.accounts.rules import enterprise_ids
from pilotage.calls import invoices, rules, selectors, services
from pilotage.calls.enums import EDITABLE, ApplicationKind, ApplicationState, StageKind
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Call, Stage
from pilotage.calls.quality.figures import sentence_for_applicant
from pilotage.calls.quality.history import foreseen
from pilotage.calls.reports import selectors as reports
from pilotage.calls.reports.forms import form_for
from pilotage.calls.reports.periods import report_stage
from pilotage.core import clock
from pilotage.core.prepared import Prepared
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Verdict
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Entry, Hearing
from pilotage.directory.objection_rules import visible_hearings
from pilotage.web.calls import context, public, steps
from pilotage.web.calls.filters import LIST_COLUMNS, LIST_JOINS
from pilotage.web.calls.rows import Row
from pilotage.web.calls.sheet import Sheet

_SHOWN = 200  # one enterprise has a handful; beyond this the officers' list is the place
_HEARINGS_SHOWN = 5
_ANNOUNCED = frozenset({ApplicationState.IN_NOTICE, ApplicationState.EXCLUDED, ApplicationState.LISTED})  # objections came against these


def own_applications(request: HttpRequest) -> Any:
    return rules.visible_applications(request.user).filter(enterprise__in=enterprise_ids(request.user))


def own_application(request: HttpRequest, number: str) -> Application:
    """One application of an enterprise for which the reader files; anything else is a 404."""
    related = ("call", "version", "enterprise", "enterprise__province", "enterprise__prefecture", "renews", "recommender")
    return get_object_or_404(own_applications(request).select_related(*related).prefetch_related("call__stages"), number=number)


_by_number = Prepared(
    lambda number: (
        Application.objects.filter(number=number)
        .select_related("version", "enterprise__province", "enterprise__prefecture", "enterprise__county", "enterprise__industry")
        .defer("version__content")
    )
)


def own_draft(request: HttpRequest, number: str) -> Application:
    """The same with only what a save in passing needs, for a fifth of the price."""
    found = _by_number.first(number)
    if found is None or not rules.is_filer(request.user, found):
        raise Http404
    selectors.with_content(found.version)
    return found


def channel_choices(application: Application) -> list[Any]:
    """The recommenders to choose from; empty where there is only one or the application has been filed. Up to one query."""
    found = [] if application.submitted_at else selectors.recommender_choices(application.call, application.enterprise)
    return found if len(found) > 1 else []


# --- the list -------------------------------------------------------------------------------
@require_safe
def my_list(request: HttpRequest) -> HttpResponse:
    columns = (*LIST_COLUMNS, "returned_reason", "returned_from", "renews_id", "enterprise_id")
    queryset = own_applications(request).select_related(*LIST_JOINS).only(*columns)
    applications = list(queryset.order_by("-id")[:_SHOWN])
    selectors.share_relations(applications)
    calls = list(context.calls_for(request))
    renewals = [a for a in applications if a.renews_id and a.state != ApplicationState.WITHDRAWN]
    entries = _entry_urls(applications)
    owed = _owed(request, applications, renewals)
    lines = [_line(request, application, calls, renewals) | {"entry_url": entries.get(application.pk, "")} for application in applications]
    return render(
        request,
        "calls/my_list.html",
        {
            "to_do": [line for line in lines if line["application"].state in EDITABLE],
            "running": [line for line in lines if not line["is_over"] and line["application"].state not in EDITABLE],
            "over": [line for line in lines if line["is_over"]],
            "owed": [each for each in owed if each.is_open],
            "coming": _coming([each for each in owed if not each.is_open]),
            "open_calls": _open_calls(request, calls),
            "partnerships": list(
                joint.own_partnerships(request.user).exclude(application__state=ApplicationState.WITHDRAWN).order_by("-id")
            ),
            "to_sign": list(joint.signoffs_waiting(request.user)),
            "hearings": _hearings(request, applications),
        },
    )


def _entry_urls(applications: list[Application]) -> dict[int, str]:
    """Application -> public page of the entry that came of it, or of the project it updates. One query."""
    listed = {a.pk: a.renews_id or a.pk for a in applications if a.state in {ApplicationState.LISTED, ApplicationState.UPDATE_CONFIRMED}}
    entries = Entry.objects.filter(application__in=listed.values(), edition__state=EditionState.PUBLISHED)
    numbers = dict(entries.order_by().values_list("application_id", "number")) if listed else {}
    return {pk: reverse("directory:entry", args=[numbers[origin]]) for pk, origin in listed.items() if origin in numbers}


def _hearings(request: HttpRequest, applications: list[Application]) -> list[Hearing]:
    """What the applicant is asked on an objection: the unanswered first, then the newest. One query, none where nothing was in notice."""
    announced = [a.pk for a in applications if a.state in _ANNOUNCED]
    rows = visible_hearings(request.user).filter(objection__application__in=announced).select_related("objection__application")
    return list(rows.order_by(F("answered_at").desc(nulls_first=True), "-id")[:_HEARINGS_SHOWN]) if announced else []


def _owed(request: HttpRequest, applications: list[Application], made: list[Application]) -> list[reports.Owed]:
    """Reports that listed projects owe and nobody has begun. One query, for what has left the directory."""
    listed = [a for a in applications if a.state == ApplicationState.LISTED and report_stage(a.call)]
    holding = set(reports.holders().filter(pk__in=[a.pk for a in listed]).values_list("pk", flat=True)) if listed else set()
    owed = reports.owed_by(request.user, [a for a in listed if a.pk in holding], made)
    return [each for each in owed if each.report is None]


def _coming(owed: list[reports.Owed]) -> list[dict[str, Any]]:
    """What opens later, one line for all projects of a call."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for each in owed:
        line = found.setdefault((each.project.call_id, each.period.key), {"first": each, "count": 0})
        line["count"] += 1
    return list(found.values())


def _line(request: HttpRequest, application: Application, calls: list[Call], renewals: list[Application]) -> dict[str, Any]:
    state = selectors.state_for(request.user, application)
    sentence, closes = steps.next_step(application, state)
    return {
        "application": application,
        "row": Row(application, {}, state=state),
        "next": sentence,
        "closes": closes,
        "is_over": state in steps.OVER,
        "renewals": _renewals(request, application, calls, [each for each in renewals if each.renews_id == application.pk]),
    }


def _renewals(request: HttpRequest, application: Application, calls: list[Call], made: list[Application]) -> list[dict[str, Any]]:
    """The update of a listed project where it follows no periods, and a later call that may take over its answers; ``made``: begun already."""
    offers = []
    stage = application.call.stage(StageKind.UPDATE) if report_stage(application.call) is None else None
    if application.state == ApplicationState.LISTED and stage and not any(_is_of_round(update, stage) for update in made):
        verdict = rules.can_start(request.user, application.call, application.enterprise, ApplicationKind.UPDATE)
        offers.append({"kind": ApplicationKind.UPDATE, "call": application.call, "verdict": verdict})
    if application.state in steps.OVER:
        begun = {each.call_id for each in made}
        later = [call for call in calls if call.year > application.call.year and call.pk not in begun]
        for call in later:
            verdict = rules.can_start(request.user, call, application.enterprise)
            if verdict:
                offers.append({"kind": ApplicationKind.NEW, "call": call, "verdict": verdict})
    return offers


def _is_of_round(renewal: Application, stage: Stage) -> bool:
    """Whether an update is under way, or was confirmed since the stage opened."""
    if renewal.kind != ApplicationKind.UPDATE:
        return False
    filed, opened = renewal.submitted_at, stage.opens_at
    return renewal.state != ApplicationState.UPDATE_CONFIRMED or not (filed and opened) or filed >= opened


def _open_calls(request: HttpRequest, calls: list[Call]) -> list[dict[str, Any]]:
    found = []
    for call in calls:
        stage = call.stage(StageKind.APPLY)
        if stage and context.stage_status(call, stage, clock.now()) == "now":
            found.append({"call": call, "stage": stage, "starts": public.starts(request, call)})
    return found


# --- beginning ------------------------------------------------------------------------------
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(context.calls_for(request).defer(None), slug=slug)
    starts = public.starts(request, call)
    asked = request.POST.get("enterprise", "")
    line = next((line for line in starts if str(line["enterprise"].pk) == asked), None)
    if line is None:
        Verdict(False, _("Only a filer of the enterprise can start an application.")).require()
        raise Http404
    application = services.start_application(actor=request.user, call=call, enterprise=line["enterprise"])
    return redirect("calls:application-edit", number=application.number)


@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    application = own_application(request, number)
    kind = request.POST.get("kind", "")
    if kind not in ApplicationKind.values:
        raise BadRequest
    call = get_object_or_404(context.calls_for(request).defer(None), slug=request.POST.get("call", ""))
    made = services.start_application(
        actor=request.user,
        call=call,
        enterprise=application.enterprise,
        kind=ApplicationKind(kind),
        renews=application,
        period=request.POST.get("period", "") if kind == ApplicationKind.UPDATE else "",
    )
    return redirect("calls:application-edit", number=made.number)


# --- submitting -----------------------------------------------------------------------------
@never_cache
@require_safe
def before_submission(request: HttpRequest, number: str) -> HttpResponse:
    application = own_application(request, number)
    if application.state not in EDITABLE:
        return redirect("calls:application-detail", number=application.number)
    return _check_page(request, application)


def _check_page(request: HttpRequest, application: Application, errors: dict[str, str] | None = None) -> HttpResponse:
    sheet = Sheet(application)
    statement = next((field for field in sheet.form.by_key.values() if field.type == "statement"), None)
    problems = {key: sentence for key, sentence in sheet.problems.items() if not statement or key != statement.key}
    verb = "resubmit" if application.state == ApplicationState.RETURNED else "submit"
    sections = [
        {"section": section, "problems": [(field, problems[field.key]) for field in section.fields if field.key in problems]}
        for section in sheet.form.sections
    ]
    values = {
        "application": application,
        "sheet": sheet,
        "statement": statement,
        "stated": bool(statement and application.data.get(statement.key)),
        "problem_count": len(problems),
        "sections": [line for line in sections if line["problems"]],
        "verdict": may(request.user, application, verb),
        "closes": steps.next_step(application, application.state)[1],
        "summary": [(field.label, sheet.words(field, _value(sheet, field))) for field in sheet.form.summary_fields()],
        "channels": channel_choices(application),
        "partner_problems": joint.partner_problems(application),
        "needs_signoff": joint.needs_signoff(application),
        "signoff_problem": joint.signoff_problem(application).get("signoff", ""),
        "errors": errors or {},
        "changes": _changes_since_return(sheet),
        "invoices": invoices.repeats(request.user, application),
        "unlikely": _unlikely(sheet),
    }
    return render(request, "calls/application_check.html", values, status=422 if errors else 200)


def _unlikely(sheet: Sheet) -> list[dict[str, str]]:
    """Figures that a checker will ask about, each with the section it is typed in."""
    section_of = {field.key: section.key for section in sheet.form.sections for field in section.fields}
    return [
        {"key": flag.key, "section": section_of.get(flag.key, ""), "sentence": sentence_for_applicant(sheet.form, flag)}
        for flag in foreseen(sheet.application)
    ]


def _value(sheet: Sheet, field: Any) -> Any:
    return sheet.registry.get(field.path) if field.type == "registry" else sheet.answers.get(field.key)


def _changes_since_return(sheet: Sheet) -> Any:
    if sheet.application.state != ApplicationState.RETURNED:
        return None
    last = sheet.application.revisions.order_by("-number").first()
    return sheet.changes_since(last.data) if last else None


@never_cache
@require_POST
def submit(request: HttpRequest, number: str) -> HttpResponse:
    application = own_draft(request, number)
    statement = next((field for field in form_for(application).by_key.values() if field.type == "statement"), None)
    may_state = statement and not joint.needs_signoff(application) and application.state in EDITABLE
    stated = statement.key if statement and may_state and request.POST.get("statement") == "true" else ""
    try:
        services.submit(actor=request.user, application=application, statement=stated)
    except Invalid as error:
        if stated:  # it stays made while the rest is put right
            version = application.draft_version
            services.save_draft(actor=request.user, application=application, values={stated: True}, base_version=version)
        return _check_page(request, own_application(request, number), error.errors)
    return redirect("calls:application-receipt", number=application.number)


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What was filed: printable, and worded so that it can be checked against the record."""
    application = own_application(request, number)
    revision = application.revisions.select_related("made_by", "receipt").order_by("-number").first()
    if revision is None:
        raise Http404
    sheet, state = Sheet(application), selectors.state_for(request.user, application)
    return render(
        request,
        "calls/receipt.html",
        {
            "application": application,
            "revision": revision,
            "next": steps.next_step(application, state),
            "state": state,
            "stages": context.stages_ahead(application),
            "summary": [(field.label, sheet.words(field, _value(sheet, field))) for field in sheet.form.summary_fields()],
        },
    )


@require_safe
def changes(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that differs from the filing it is told against: the returned one, or last year's."""
    application = own_application(request, number)
    sheet = Sheet(application)
    last = application.revisions.order_by("-number").first()
    if last:
        found, since = sheet.changes_since(last.data), last.made_at
    elif sheet.basis:
        found, since = sheet.changes_since_last_year(), sheet.basis.submitted_at
    else:
        raise Http404
    return render(
        request,
        "calls/application_changes.html",
        {"application": application, "changes": found, "since": since, "is_last_year": last is None},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    application = own_application(request, number)
    may(request.user, application, "withdraw").require()
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            services.withdraw(actor=request.user, application=application, reason=request.POST.get("reason", "").strip())
        except Invalid as error:
            errors = error.errors
        else:
            messages.success(request, _("The application was withdrawn. It is kept for the record."))
            return redirect("calls:my-list")
    values = {"application": application, "errors": errors, "reason": request.POST.get("reason", "")}
    return render(request, "calls/application_withdraw.html", values, status=422 if errors else 200)
