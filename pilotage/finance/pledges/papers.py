"""The papers of a registration as PDF and Word: what the office's own forms ask for, put together from the record.

They hold facts only and do not imitate the forms: whoever files copies them over, or encloses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from pilotage.core import clock, documents
from pilotage.core.amounts import cny, grouped
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import checks, clocks, selectors
from pilotage.finance.pledges.enums import SECURED, PledgeState
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeChange
from pilotage.finance.pledges.word_papers import docx

UNKNOWN = "–"


class PaperKind(TextChoices):
    APPLICATION = "application", gettext_lazy("Facts for the application form")
    SUMMARY = "summary", gettext_lazy("Summary of the pledge contract")
    CHECKLIST = "checklist", gettext_lazy("Checklist of the registration file")
    CHANGE = "change", gettext_lazy("Facts for the registration of a change")
    CANCELLATION = "cancellation", gettext_lazy("Facts for the cancellation")


@dataclass(slots=True)
class Section:
    """``facts`` as (label, value), then a table of ``head`` and ``rows`` in ``widths`` (shares), then ``lines``."""

    heading: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    title: str
    subtitle: str
    notice: str
    sections: list[Section]
    signs: list[dict[str, str]]
    sign_words: str
    printed: str
    language: str


def kinds_of(pledge: Pledge) -> list[PaperKind]:
    """Which papers there is anything to write into. One query for a change."""
    if pledge.state == PledgeState.OFFERED or not pledge.contract_number:
        return []
    kinds = [PaperKind.APPLICATION, PaperKind.SUMMARY, PaperKind.CHECKLIST]
    if pledge.changes.exists():
        kinds.append(PaperKind.CHANGE)
    if pledge.state in {*SECURED, PledgeState.CANCELLED}:
        kinds.append(PaperKind.CANCELLATION)
    return kinds


def paper(pledge: Pledge, kind: str, form: str) -> bytes:
    """``form`` pdf or docx, in the active language. Raises ``Invalid`` for a paper the pledge has not come to, ``DocumentError`` without a font."""
    if kind not in kinds_of(pledge):
        raise Invalid(_("This paper can be made once the pledge has come that far."))
    made = sheet(pledge, PaperKind(kind))
    if form == "docx":
        return docx(made)
    words = {"issuer": "Pilotage", "foot": f"{pledge.number} {made.title}", "page_words": _("page {page} of {pages}")}
    return documents.render("pledge", {**asdict(made), **words}, made_at=clock.now())


def sheet(pledge: Pledge, kind: PaperKind) -> Sheet:
    """What the paper says, in the active language. At most seven queries."""
    assets = selectors.assets_of(pledge)
    sections = {
        PaperKind.APPLICATION: _application,
        PaperKind.SUMMARY: _summary,
        PaperKind.CHECKLIST: _checklist,
        PaperKind.CHANGE: _change,
        PaperKind.CANCELLATION: _cancellation,
    }[kind](pledge, assets)
    return Sheet(
        title=str(kind.label),
        subtitle=_("Pledge %(number)s · facts from the record, not a form of the registration office") % {"number": pledge.number},
        notice=_("Demonstration with invented data, without any effect") if pledge.enterprise.is_fictional else "",
        sections=sections,
        signs=[] if kind == PaperKind.CHECKLIST else _signs(pledge),
        sign_words=_("Signature or seal, date"),
        printed=_("Printed on %(day)s") % {"day": day(clock.today())},
        language="en" if _english() else "zh-Hans",
    )


# --- the papers ------------------------------------------------------------------------------
def _application(pledge: Pledge, assets: Sequence[IpAsset]) -> list[Section]:
    return [_parties(pledge), _rights(assets), _debt(pledge), _values(assets)]


def _summary(pledge: Pledge, assets: Sequence[IpAsset]) -> list[Section]:
    contract = Section(
        _("Contract"),
        [
            (_("Number of the contract"), pledge.contract_number or UNKNOWN),
            (_("Day of the contract"), day(pledge.contracted_on)),
            (_("Items of article 8 confirmed"), said(pledge.is_complete)),
            (_("Co-owners consent"), said(pledge.consents)),
        ],
    )
    return [_parties(pledge), contract, _debt(pledge), _rights(assets)]


def _checklist(pledge: Pledge, assets: Sequence[IpAsset]) -> list[Section]:
    file = Section(
        _("What the file holds"),
        head=[_("Paper"), pgettext("paper of a pledge", "State")],
        rows=[[str(line.paper.label), str(line.state.label)] for line in checks.papers(pledge.papers or {})],
        widths=[3, 1],
    )
    found = selectors.checks_of(pledge, clock.today(), assets)
    grounds = Section(
        _("The twelve grounds of refusal, as of %(day)s") % {"day": day(clock.today())},
        head=[_("Ground of refusal"), _("Answer"), _("Why, and what to do")],
        rows=[
            [
                f"{place}. {each.ground.label}",
                str(each.answer.label),
                " ".join(f"{finding.why} {finding.todo}".strip() for finding in each.findings) or UNKNOWN,
            ]
            for place, each in enumerate(found, 1)
        ],
        widths=[4, 2, 6],
        lines=[_("Source: CNIPA Announcement No. 461 of 15 November 2021, as summed up by the Wuxi IP protection centre.")],
    )
    return [file, grounds, _terms(pledge)]


def _terms(pledge: Pledge) -> Section:
    """Until when the office decides, by each way of filing."""
    rows = [
        [
            str(_WAYS[term.key]),
            str(term.days),
            day(clocks.due_on(pledge.filed_on, term)) if pledge.filed_on else UNKNOWN,
            term.source if term.is_verified else f"{term.source} ({_('unverified')})",
        ]
        for term in clocks.TERMS
    ]
    return Section(
        _("Term of the office"),
        head=[_("Way of filing"), _("Working days"), _("Decided at the latest on"), _("Source")],
        rows=rows,
        widths=[3, 2, 3, 6],
    )


_WAYS = {
    "online": gettext_lazy("online"),
    "window": gettext_lazy("at the window of a protection centre"),
    "paper": gettext_lazy("on paper"),
}


def _change(pledge: Pledge, assets: Sequence[IpAsset]) -> list[Section]:
    last: PledgeChange | None = pledge.changes.order_by("-changed_on", "-pk").first()
    if last is None:
        raise Invalid(_("Nothing of this pledge was changed."))
    rows = [[str(_TERMS[name]), _term(name, last.before.get(name)), _term(name, last.after.get(name))] for name in last.after]
    change = Section(
        _("The change"),
        [(_("Agreement"), last.agreement), (_("Day of the change"), day(last.changed_on))],
        [_("Item"), pgettext("change", "Before"), pgettext("change", "After")],
        rows,
        [2, 2, 2],
    )
    return [_registered(pledge), change, _parties(pledge), _rights(assets)]


def _cancellation(pledge: Pledge, assets: Sequence[IpAsset]) -> list[Section]:
    why = {
        PledgeState.REPAID: _("The debt is repaid."),
        PledgeState.DISPOSED: _("The rights were disposed of."),
        PledgeState.CANCELLED: _("The pledge is cancelled."),
    }.get(PledgeState(pledge.state), _("The ground on which the pledge right ends is to be entered."))
    ground = Section(_("Why the pledge right ends"), lines=[why, *([pledge.reason] if pledge.reason else [])])
    return [_registered(pledge), ground, _parties(pledge), _rights(assets)]


# --- parts -----------------------------------------------------------------------------------
def _parties(pledge: Pledge) -> Section:
    return Section(
        _("Parties"),
        [
            (_("Pledgor"), pledge.enterprise.name_zh),
            (_("Unified social credit code"), pledge.enterprise.uscc or UNKNOWN),
            (_("Address"), pledge.enterprise.address or UNKNOWN),
            (_("Pledgee"), pledge.organisation.name_zh),
        ],
    )


def _rights(assets: Iterable[IpAsset]) -> Section:
    return Section(
        _("Pledged rights"),
        head=[pgettext("right", "Number"), _("Name"), _("Kind"), _("Registered owners"), _("Filed"), _("Granted"), _("Expires")],
        rows=[
            [
                each.number,
                each.title,
                str(each.get_kind_display()),
                "、".join(each.owners) or UNKNOWN,
                iso(each.filed_on),
                iso(each.granted_on),
                iso(each.expires_on),
            ]
            for each in assets
        ],
        widths=[5, 6, 3, 5, 3, 3, 3],
    )


def _debt(pledge: Pledge) -> Section:
    return Section(
        _("Secured debt"),
        [
            (_("Amount"), yuan(pledge.amount)),
            (_("Term"), _("%(months)d months") % {"months": pledge.months} if pledge.months else UNKNOWN),
            (_("End of the debt"), day(pledge.debt_ends_on)),
            (_("Yearly rate"), _rate(pledge.rate)),
            (_("Purpose"), pledge.purpose or UNKNOWN),
        ],
    )


def _values(assets: Iterable[IpAsset]) -> Section:
    today = clock.today()
    found = [(each, selectors.value_on(each.valuations.all(), today)) for each in assets]
    return Section(
        _("Valuations in force"),
        head=[pgettext("right", "Number"), pgettext("valuation", "Value"), _("Method"), _("Valuer"), _("Valued on"), _("Valid until")],
        rows=[
            [each.number, yuan(value.value), str(value.get_method_display()), value.valuer, iso(value.valued_on), iso(value.valid_until)]
            for each, value in found
            if value is not None
        ],
        widths=[5, 4, 3, 4, 3, 3],
        lines=[_("%(right)s: no valuation in force.") % {"right": each.number} for each, value in found if value is None],
    )


def _registered(pledge: Pledge) -> Section:
    return Section(
        _("Registration"),
        [
            (_("Registration number"), pledge.registration_number or UNKNOWN),
            (_("Registered on"), day(pledge.registered_on)),
            (_("Published on"), day(pledge.published_on)),
        ],
    )


def _signs(pledge: Pledge) -> list[dict[str, str]]:
    return [
        {"role": _("Pledgor"), "name": pledge.enterprise.name_zh},
        {"role": _("Pledgee"), "name": pledge.organisation.name_zh},
    ]


# --- values in words -------------------------------------------------------------------------
_TERMS = {
    "amount": gettext_lazy("Amount"),
    "months": gettext_lazy("Term"),
    "rate": gettext_lazy("Yearly rate"),
    "debt_ends_on": gettext_lazy("End of the debt"),
}


def _term(name: str, value: Any) -> str:
    if value is None:
        return UNKNOWN
    if name == "amount":
        return yuan(int(value))
    if name == "rate":
        return _rate(int(value))
    return day(date.fromisoformat(value)) if name == "debt_ends_on" else _("%(months)d months") % {"months": value}


def _english() -> bool:
    return (get_language() or "").startswith("en")


def day(value: date | None) -> str:
    return UNKNOWN if value is None else formatted(value, "j F Y" if _english() else "Y年n月j日")


def iso(value: date | None) -> str:
    return UNKNOWN if value is None else value.isoformat()


def yuan(value: int) -> str:
    """Whole yuan without losing a digit: 350万元, 2.86亿元 · CNY 3.5 million."""
    amount = Decimal(value)
    if _english():
        return cny(amount)
    if amount >= 10**8:
        return f"{grouped(amount / 10**8)}亿元"
    return f"{grouped(amount / 10**4)}万元" if amount >= 10**4 else f"{grouped(amount)}元"


def _rate(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value / 100:.2f}%"


def said(value: bool | None) -> str:
    return _("not said") if value is None else _("yes") if value else _("no")
