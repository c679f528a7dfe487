"""The pool of experts: found by filters, asked in bulk to a call, given out as a table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.calls.rules import visible_calls
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.search import capped_count
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Division
from pilotage.review.experts.importing import export_experts
from pilotage.review.experts.invitations import invite
from pilotage.review.experts.pool import PoolFilter, discipline_names, disciplines_in_use, histories, next_absences, search
from pilotage.review.models import ExpertProfile
from pilotage.review.rules import can_edit_pool, can_manage, can_see_results, visible_experts
from pilotage.web.downloads import workbook
from pilotage.web.review.forms import InviteForm

FILTERS = ("q", "discipline", "province", "available", "call", "part")


def reviewing_calls() -> list[Call]:
    """Calls with a review that is not over, newest first. Two queries."""
    calls = visible_calls(None).filter(stages__kind=StageKind.REVIEW).distinct().prefetch_related("stages").order_by("-year", "-pk")
    return [call for call in calls if (stage := call.stage(StageKind.REVIEW)) and not (stage.closes_at and stage.closes_at <= clock.now())]


@require_http_methods(["GET", "HEAD", "POST"])
def expert_list(request: HttpRequest) -> HttpResponse:
    can_see_results(request.user).require()
    calls = list(visible_calls(request.user).filter(stages__kind=StageKind.REVIEW).distinct().order_by("-year", "-pk"))
    form = InviteForm(request.POST or None)
    errors: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            return _invite(request, form)
        except Invalid as problem:
            errors = problem.errors
    wanted = _wanted(request, calls)
    found = search(visible_experts(request.user), wanted)
    rows = page(found.select_related("user", "employer", "province"), order=("number",), after=request.GET.get("after", ""))
    total, capped = capped_count(found)
    context = {
        "page": rows,
        "lines": _lines(list(rows)),
        "total": total,
        "capped": capped,
        "filters": _filters(wanted, calls),
        "chosen": wanted,
        "part": wanted.part,
        "is_filtered": wanted != PoolFilter(),
        "query": urlencode({name: request.GET[name] for name in FILTERS if request.GET.get(name)}),
        "may_edit": can_edit_pool(request.user),
        "calls": reviewing_calls(),
        "form": form,
        "errors": errors,
    }
    return render(request, "review/experts.html", context, status=422 if errors or form.errors else 200)


def _invite(request: HttpRequest, form: InviteForm) -> HttpResponse:
    call = visible_calls(request.user).prefetch_related("stages").filter(slug=request.POST.get("call", "")).first()
    if call is None:
        raise Invalid({"call": _("Choose the call.")})
    can_manage(request.user, call).require()
    keys = [int(key) for key in request.POST.getlist("ids") if key.isdecimal()]
    experts = list(visible_experts(request.user).filter(pk__in=keys).select_related("user").order_by("number"))
    report = invite(actor=request.user, call=call, experts=experts, **form.cleaned_data)
    count = len(report.invited)
    said = ngettext("%(count)s expert is invited.", "%(count)s experts are invited.", count) % {"count": count}
    messages.success(request, said)
    if report.skipped:
        names = pgettext("clause separator", ", ").join(f"{expert}{_(': ')}{reason}" for expert, reason in report.skipped[:10])
        messages.warning(request, _("Not invited: %(names)s") % {"names": names})
    return redirect("review:invitations", slug=call.slug)


def _wanted(request: HttpRequest, calls: list[Call]) -> PoolFilter:
    read = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    call = next((each for each in calls if each.slug == read["call"]), None)
    available = {"yes": True, "no": False}.get(read["available"])
    return PoolFilter(read["q"], read["discipline"], read["province"], available, call, read["part"] if read["part"] == "unasked" else "")


def _filters(wanted: PoolFilter, calls: list[Call]) -> list[dict[str, Any]]:
    codes = disciplines_in_use()
    names = discipline_names(codes)
    provinces = Division.objects.filter(pk__in=ExpertProfile.objects.order_by().values("province")).order_by("code")
    available = {True: "yes", False: "no"}.get(wanted.available, "") if wanted.available is not None else ""
    return [
        _filter(
            "discipline",
            _("Discipline"),
            sorted(((code, names.get(code, code)) for code in codes), key=lambda row: row[1]),
            wanted.discipline,
        ),
        _filter("province", _("Province"), [(row.code, row.name) for row in provinces], wanted.province),
        _filter("available", _("Availability"), [("yes", _("available today")), ("no", _("not available"))], available),
        _filter("call", _("Call"), [(call.slug, call.title) for call in calls], wanted.call.slug if wanted.call else ""),
        _filter("part", _("In its review"), [("unasked", _("not asked yet"))], wanted.part),
    ]


def _filter(name: str, label: str, choices: list[tuple[str, str]], value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": value}


def _lines(experts: list[ExpertProfile]) -> list[dict[str, Any]]:
    keys = [expert.pk for expert in experts]
    past, away = histories(keys), next_absences(keys)
    names = discipline_names({code for expert in experts for code in expert.disciplines})
    return [
        {
            "expert": expert,
            "disciplines": [names.get(code, code) for code in expert.disciplines],
            "history": past.get(expert.pk),
            "away": away.get(expert.pk),
        }
        for expert in experts
    ]


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What is filtered, in the columns that the import reads."""
    can_see_results(request.user).require()
    calls = list(visible_calls(request.user).filter(stages__kind=StageKind.REVIEW).distinct())
    found = search(visible_experts(request.user), _wanted(request, calls))
    return workbook(f"experts-{clock.today():%Y%m%d}", export_experts(found))
