"""The pledges that a reader may see: an enterprise's own, a bank's portfolio, all for the secretariat; figures, filters, a table out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.tables import Column, write_xlsx
from pilotage.finance.pledges import rules, selectors
from pilotage.finance.pledges.enums import OF_BANK, OF_BOTH, FlagKind, PledgeState
from pilotage.finance.pledges.models import Pledge
from pilotage.web.downloads import workbook
from pilotage.web.pledges.common import Reader, percent, reader_of, tabs, yuan

MOST_ROWS = 5000


def filtered(reader: Reader, request: HttpRequest) -> tuple[QuerySet[Pledge], dict[str, str]]:
    """The visible pledges that the address asks for, and what it asks: state, flag, ending, todo, q."""
    asked = {name: request.GET.get(name, "")[:60].strip() for name in ("state", "flag", "ending", "todo", "q")}
    rows = rules.visible_pledges(reader.actor)
    if asked["state"] in PledgeState.values:
        rows = rows.filter(state=asked["state"])
    if asked["flag"]:
        rows = selectors.flagged(rows, asked["flag"] if asked["flag"] in FlagKind.values else "")
    if asked["ending"]:
        rows = selectors.ending_soon(rows, clock.today())
    if asked["todo"]:
        rows = rows.filter(state__in=own_steps(reader))
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(Q(number__icontains=words) | Q(enterprise__name_zh__icontains=words) | Q(registration_number__icontains=words))
    return rows, asked


def own_steps(reader: Reader) -> tuple[PledgeState, ...]:
    """In which states the next step is the reader's."""
    return OF_BANK if reader.banks else OF_BOTH if reader.enterprises else ()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    rows, asked = filtered(reader, request)
    pages = page(selectors.with_relations(rows), order=selectors.ORDER, after=request.GET.get("after", ""), size=50)
    figures = selectors.figures(rules.visible_pledges(reader.actor), clock.today())
    context = {
        "reader": reader,
        "tabs": tabs("home"),
        "page": pages,
        "rows": lines(pages.rows),
        "figures": {
            **figures,
            "outstanding": yuan(figures["outstanding"]),
            "todo": sum(figures["states"].get(state, 0) for state in own_steps(reader)),
        },
        "states": [(state.value, state.label, figures["states"].get(state.value, 0)) for state in PledgeState],
        "flags": FlagKind.choices,
        "asked": asked,
        "is_filtered": any(asked.values()),
        "query": request.GET.urlencode(),
    }
    return render(request, "pledges/home.html", context)


def lines(pledges: Iterable[Pledge]) -> list[dict[str, Any]]:
    """One query for the flags."""
    pledges = list(pledges)
    flags = selectors.flags_in_force(pledges)
    return [
        {"row": row, "amount": yuan(row.amount), "rate": percent(row.rate), "flags": _flag_words(flags.get(row.pk, []))} for row in pledges
    ]


def _flag_words(flags: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(str(flag.get_kind_display()) for flag in flags))


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What is seen, as a table; at most 5,000 rows."""
    reader = reader_of(request)
    rows, _asked = filtered(reader, request)
    found = list(selectors.with_relations(rows).order_by(*selectors.ORDER)[:MOST_ROWS])
    flags = selectors.flags_in_force(found)
    columns = [
        Column(_("Pledge")), Column(_("Enterprise"), 34), Column(_("Bank"), 28), Column(_("State")),
        Column(_("Amount (CNY)"), 18, "#,##0"), Column(_("Rate (percent a year)"), 12, "0.00"), Column(_("Contract")), Column(_("The debt ends on"), 14),
        Column(_("Registration number"), 20), Column(_("Registered on"), 14), Column(_("Disbursed on"), 14), Column(pgettext("pledge", "Flags"), 40),
    ]  # fmt: skip
    content = write_xlsx(columns, (_cells(row, flags.get(row.pk, [])) for row in found), title=_("Pledges"))
    return workbook("pledges", content or b"")


def _cells(row: Pledge, flags: Iterable[Any]) -> list[Any]:
    return [
        row.number, row.enterprise.name, row.organisation.name, str(row.get_state_display()), row.amount,
        None if row.rate is None else row.rate / 100, row.contract_number, row.debt_ends_on, row.registration_number, row.registered_on,
        row.disbursed_on, _("; ").join(_flag_words(flags)),
    ]  # fmt: skip
