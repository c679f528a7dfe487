"""What is to be done next in a pledge, for the person who reads the page: a sentence, and the single things with where they are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.finance.pledges import clocks
from pilotage.finance.pledges.checks import Check, may_file, missing_papers
from pilotage.finance.pledges.enums import FILLED_IN, Paper, PledgeState
from pilotage.finance.pledges.grounds import LOOK_DAYS
from pilotage.finance.pledges.models import Pledge
from pilotage.web.pledges.common import day

S = PledgeState
MOST = 8  # things to do in the list


@dataclass(slots=True)
class Guide:
    """``todos`` as (what to do, where); ``waits``: the next step is somebody else's; ``is_over``: there is none."""

    text: str
    todos: list[tuple[str, str]] = field(default_factory=list)
    waits: bool = False
    is_over: bool = False


def guide(pledge: Pledge, checks: Sequence[Check], *, is_bank: bool, is_party: bool, flags: int) -> Guide:
    state = S(pledge.state)
    if state in FILLED_IN:
        return _file(pledge, checks, is_party)
    if state == S.FILED:
        return Guide(_("Enter what the office decides. %(until)s") % {"until": _until(pledge)}, waits=not is_party)
    if state in (S.OFFERED, S.REGISTERED, S.PUBLISHED, S.DISBURSED, S.IN_DEFAULT, S.CLAIMED, S.DISPOSED, S.REPAID):
        text = _BANK[state](pledge)
        return Guide(text if is_bank else _("The next step is the bank's. %(what)s") % {"what": text}, _flags(flags), not is_bank)
    return Guide(_ended(pledge), is_over=True)


def _file(pledge: Pledge, checks: Sequence[Check], is_party: bool) -> Guide:
    said = _("The office names defects: %(reason)s") % {"reason": pledge.reason} + " " if pledge.state == S.DEFECT and pledge.reason else ""
    if may_file(checks):
        text = _("Everything is out of the way. File with the registration office, then say so here.")
        return Guide(said + text, waits=not is_party)
    return Guide(said + _("Before it can be filed:"), _todos(checks), not is_party)


def _todos(checks: Sequence[Check]) -> list[tuple[str, str]]:
    """Once each, the missing papers together and last."""
    found: dict[tuple[str, str], None] = {}
    missing: list[Paper] = []
    for each in (finding for check in checks if not check.lets_through for finding in check.findings):
        if each.papers:
            missing += each.papers
        if each.papers or each.is_look:  # one button looks all of them up
            continue
        where = reverse("pledges:right", args=[each.right]) if each.right else "#file"
        found.setdefault((f"{each.why} {each.todo}".strip(), where))
    if missing:
        together = missing_papers([paper for paper in Paper if paper in missing])
        found.setdefault((f"{together.why} {together.todo}", "#file"))
    return _some(list(found))


def _some(todos: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first, and how many more the table of grounds names."""
    if len(todos) <= MOST:
        return todos
    return [*todos[: MOST - 1], (_("%(count)d more, named at the grounds of refusal") % {"count": len(todos) - MOST + 1}, "#checks")]


def _until(pledge: Pledge) -> str:
    begins = clocks.begins_on(pledge)
    if begins is None:
        return ""
    first, last = (clocks.due_on(begins, term) for term in (clocks.ONLINE, clocks.PAPER))
    until = _("Filed on %(filed)s, it has to decide by %(first)s (online) or %(last)s (on paper); both terms are unverified.") % {
        "filed": day(begins), "first": day(first), "last": day(last),
    }  # fmt: skip
    over = _("The longer term is over: ask the office.")
    return f"{until} {over}" if clocks.is_overdue(begins, clock.today()) else until


_BANK = {
    S.OFFERED: lambda _pledge: _("Read the rights and what they are worth. Enter the contract once both sides have signed."),
    S.REGISTERED: lambda _pledge: _(
        "Enter the publication once the gazette shows it. The loan may be disbursed from now on, by two people."
    ),
    S.PUBLISHED: lambda _pledge: _("Disburse the loan: one person proposes, another confirms."),
    S.DISBURSED: lambda pledge: (
        _("The loan runs until %(day)s. Enter the repayment, a change or a default when it happens.") % {"day": day(pledge.debt_ends_on)}
    ),
    S.IN_DEFAULT: lambda _pledge: _("Claim from the region's fund, dispose of the rights, or enter the repayment."),
    S.CLAIMED: lambda _pledge: _("Dispose of the rights, and enter what came in."),
    S.DISPOSED: lambda _pledge: _("Have the pledge cancelled at the office, then enter it: one person proposes, another confirms."),
    S.REPAID: lambda _pledge: _("Have the pledge cancelled at the office, then enter it: one person proposes, another confirms."),
}


def _flags(count: int) -> list[tuple[str, str]]:
    return [(_("Look at what monitoring has found."), "#flags")] if count else []


def _ended(pledge: Pledge) -> str:
    on = day(pledge.ended_on)
    if pledge.state == S.CANCELLED:
        return _("This pledge ended on %(day)s. The rights are free again.") % {"day": on}
    return _("This pledge ended on %(day)s without a loan. The enterprise may offer the rights anew.") % {"day": on}


def needs_look(looked_up: date | None, today: date) -> bool:
    """Whether the look into the register is too old to be relied upon."""
    return looked_up is None or looked_up < today - timedelta(days=LOOK_DAYS)
