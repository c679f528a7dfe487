"""All applications the reader may see, of one call: filtered, sorted, searched, and exported exactly so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.accounts.enums import Role
from pilotage.calls import rules
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import clock, keyset, search, tables
from pilotage.web.calls import context, desks
from pilotage.web.calls.counted import Counted
from pilotage.web.calls.filters import SORTS, ApplicationFilter, lean
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import Row, rows

READERS = (
    Role.SECRETARIAT,
    Role.AUDITOR,
    Role.PROVINCE_OFFICER,
    Role.CITY_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.COMMUNICATIONS_OFFICER,
    Role.RECOMMENDING_OFFICER,
)
CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)
PAGE = 50


def _filters(request: HttpRequest) -> tuple[str, ...]:
    if rules.has_role(request.user, *CENTRAL):
        return ("state", "province", "industry", "recommender")
    return ("state", "city", "industry", "level")


@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    desks.require_role(request, *READERS)
    call, calls = context.desk_call(request, StageKind.APPLY)
    if call is None:
        return render(request, "calls/no_call.html", {"title": _("Applications")})
    queryset = rules.visible_applications(request.user).filter(call=call)
    chosen, counted = ApplicationFilter.read(request.GET), Counted.read(request.GET)
    shown = _shown(queryset, call, chosen, counted)
    page = keyset.page(lean(shown), order=chosen.order, after=request.GET.get("after", ""), size=PAGE)
    total, capped = search.capped_count(shown)
    options = filter_options(chosen, call, queryset, _filters(request))
    values = {
        "call": call,
        "calls": calls,
        "page": page,
        "rows": rows(page.rows, desks.levels_for(call)),
        "total": total,
        "capped": capped,
        "filter": chosen,
        "options": options,
        "chips": _chips(chosen, counted, options, call),
        "counted": counted,
        "sorts": [(key, label) for key, (label, _order) in SORTS.items()],
        "columns": _sortable(chosen, counted, call),
        "export_query": _query(chosen.query(), counted, call),
    }
    return render(request, "calls/application_list.html#results" if _wants_results(request) else "calls/application_list.html", values)


def _shown(queryset: QuerySet[Application], call: Call, chosen: ApplicationFilter, counted: Counted) -> QuerySet[Application]:
    """A state asked for is that of the day shown."""
    state = chosen.state if chosen.state in ApplicationState.values else ""
    return replace(chosen, state="").apply(counted.apply(queryset, call, state))


def _query(query: str, counted: Counted, call: Call) -> str:
    return "&".join(part for part in (query, counted.query, f"call={call.slug}") if part)


def _wants_results(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "results"


def _chips(chosen: ApplicationFilter, counted: Counted, options: list[dict[str, Any]], call: Call) -> list[dict[str, str]]:
    labels = {option["name"]: {str(value): str(label) for value, label in option["choices"]} for option in options}
    chips = [{"label": label, "url": f"?{_query(chosen.query(), left, call)}"} for label, left in counted.chips(call)]
    for name in ("q", *labels):
        value = getattr(chosen, name)
        if value:
            label = f"“{value}”" if name == "q" else labels[name].get(value, value)
            chips.append({"label": label, "url": f"?{_query(chosen.query(**{name: ''}), counted, call)}"})
    return chips


def _sortable(chosen: ApplicationFilter, counted: Counted, call: Call) -> dict[str, dict[str, str]]:
    """Column -> link and aria-sort of the heads that sort."""
    return {
        key or "newest": {
            "url": f"?{_query(chosen.query(sort=key), counted, call)}",
            "sort": ("ascending" if not SORTS[key][1][0].startswith("-") else "descending") if chosen.sort == key else "",
        }
        for key in SORTS
    }


# --- export ---------------------------------------------------------------------------------
def export_columns() -> list[str]:
    return [
        pgettext("of an application", "Number"),
        _("State"),
        _("Applicant"),
        _("Unified social credit code"),
        _("Title of the project"),
        _("Province"),
        _("City"),
        _("Industry (major category)"),
        _("Level"),
        _("Recommender"),
        _("Rank in recommendation"),
        _("Filed at"),
    ]


def _export_rows(queryset: QuerySet[Application], levels: dict[str, str]) -> Iterator[list[Any]]:
    for application in queryset.iterator(chunk_size=1000):
        row = Row(application, levels)
        submitted = application.submitted_at
        yield [
            row.number,
            row.state_label,
            row.enterprise_full,
            application.enterprise.uscc or "",
            application.project_title,
            row.province,
            row.city,
            f"{application.industry_id or ''} {application.industry.name if application.industry else ''}".strip(),
            row.level,
            str(application.recommender or ""),
            row.rank or "",
            timezone.localtime(submitted).strftime("%Y-%m-%d %H:%M") if submitted else "",
        ]


@require_safe
def application_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The list as filtered, all pages of it."""
    desks.require_role(request, *READERS)
    if kind not in {"xlsx", "csv"}:
        raise Http404
    call, _calls = context.desk_call(request, StageKind.APPLY)
    if call is None:
        raise Http404
    chosen = ApplicationFilter.read(request.GET)
    queryset = _shown(rules.visible_applications(request.user).filter(call=call), call, chosen, Counted.read(request.GET))
    wide = queryset.select_related("enterprise", "province", "prefecture", "industry", "recommender").defer(
        "data", "field_versions", "bigrams"
    )
    found = _export_rows(wide.order_by(*chosen.order), desks.levels_for(call))
    name = f"{call.slug}-{timezone.localtime(clock.now()):%Y%m%d-%H%M}"
    return table_response(kind, name, export_columns(), found, str(call))


def table_response(kind: str, name: str, columns: list[str], found: Any, title: str, notes: tuple[str, ...] = ()) -> HttpResponse:
    if kind == "csv":
        response = HttpResponse(tables.write_csv(columns, found), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(tables.write_xlsx(columns, found, title=title, notes=notes), content_type=tables.XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
