"""The papers of a registration as PDF and Word: what the office's own forms ask for, put together from the record.

They hold facts only and do not imitate the forms: whoever files copies them over, or encloses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from pilotage.core import clock, documents
from pilotage.core.verdict import Invalid
from pilotage.core.wording import in_english
from pilotage.finance.pledges import clocks, selectors
from pilotage.finance.pledges import paper_parts as parts
from pilotage.finance.pledges.checklist import PaperLine
from pilotage.finance.pledges.enums import SECURED, PaperState, PledgeState
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeChange
from pilotage.finance.pledges.paper_words import TERMS, UNKNOWN, day, said, term
from pilotage.finance.pledges.word_papers import docx


class PaperKind(TextChoices):
    APPLICATION = "application", gettext_lazy("Facts for the application form")
    SUMMARY = "summary", gettext_lazy("Summary of the pledge contract")
    CHECKLIST = "checklist", gettext_lazy("Checklist of the registration file")
    CHANGE = "change", gettext_lazy("Facts for the registration of a change")
    CANCELLATION = "cancellation", gettext_lazy("Facts for the cancellation")


@dataclass(slots=True)
class Sheet:
    title: str
    subtitle: str
    notice: str
    sections: list[parts.Section]
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
    """What the paper says, in the active language. At most eight queries."""
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
        signs=[] if kind == PaperKind.CHECKLIST else parts.signs(pledge),
        sign_words=_("Signature or seal, date"),
        printed=_("Printed on %(day)s") % {"day": day(clock.today())},
        language="en" if in_english() else "zh-Hans",
    )


# --- the papers ------------------------------------------------------------------------------
def _application(pledge: Pledge, assets: Sequence[IpAsset]) -> list[parts.Section]:
    return [parts.parties(pledge), parts.rights(assets), parts.debt(pledge), parts.values(assets)]


def _summary(pledge: Pledge, assets: Sequence[IpAsset]) -> list[parts.Section]:
    contract = parts.Section(
        _("Contract"),
        [
            (_("Number of the contract"), pledge.contract_number or UNKNOWN),
            (_("Day of the contract"), day(pledge.contracted_on)),
            (_("Items of article 8 confirmed"), said(pledge.is_complete)),
            (_("Co-owners consent"), said(pledge.consents)),
        ],
    )
    return [parts.parties(pledge), contract, parts.debt(pledge), parts.rights(assets)]


def _checklist(pledge: Pledge, assets: Sequence[IpAsset]) -> list[parts.Section]:
    found, lines = selectors.standing(pledge, clock.today(), assets)
    file = parts.Section(
        _("What the file holds"),
        head=[pgettext("paper of a pledge", "Paper"), pgettext("paper of a pledge", "State"), _("Scans")],
        rows=[[str(line.paper.label), str(line.state.label), _scans(line)] for line in lines],
        widths=[4, 2, 6],
    )
    grounds = parts.Section(
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


def _scans(line: PaperLine) -> str:
    """What lies there, or that it lies there on paper only."""
    if line.files:
        return _("; ").join(file.name for file in line.files)
    return _("on paper") if line.state == PaperState.THERE else UNKNOWN


def _terms(pledge: Pledge) -> parts.Section:
    """Until when the office decides, by each way of filing."""
    begins = clocks.begins_on(pledge)
    rows = [
        [
            str(_WAYS[each.key]),
            str(each.days),
            day(clocks.due_on(begins, each)) if begins else UNKNOWN,
            each.source if each.is_verified else f"{each.source} ({_('unverified')})",
        ]
        for each in clocks.TERMS
    ]
    return parts.Section(
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


def _change(pledge: Pledge, assets: Sequence[IpAsset]) -> list[parts.Section]:
    last: PledgeChange | None = pledge.changes.order_by("-changed_on", "-pk").first()
    if last is None:
        raise Invalid(_("Nothing of this pledge was changed."))
    rows = [[str(TERMS[name]), term(name, last.before.get(name)), term(name, last.after.get(name))] for name in last.after]
    change = parts.Section(
        _("The change"),
        [(_("Agreement"), last.agreement), (_("Day of the change"), day(last.changed_on))],
        [_("Item"), pgettext("change", "Before"), pgettext("change", "After")],
        rows,
        [2, 2, 2],
    )
    return [parts.registered(pledge), change, parts.parties(pledge), parts.rights(assets)]


def _cancellation(pledge: Pledge, assets: Sequence[IpAsset]) -> list[parts.Section]:
    why = {
        PledgeState.REPAID: _("The debt is repaid."),
        PledgeState.DISPOSED: _("The rights were disposed of."),
        PledgeState.CANCELLED: _("The pledge is cancelled."),
    }.get(PledgeState(pledge.state), _("The ground on which the pledge right ends is to be entered."))
    ground = parts.Section(_("Why the pledge right ends"), lines=[why, *([pledge.reason] if pledge.recovered is not None else [])])
    return [parts.registered(pledge), ground, parts.parties(pledge), parts.rights(assets)]
