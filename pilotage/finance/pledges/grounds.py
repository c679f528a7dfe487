"""The twelve grounds of refusal, each asked of one pledged right (Announcement No. 461; finance dossier A5).

What nobody entered or looked up cannot be determined and is never let through. Pure: reads what it is handed, queries nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.wording import day_words
from pilotage.finance.pledges.enums import PATENTS, Answer, Ground, Paper
from pilotage.finance.pledges.status import Status, status_of

# a look into the register is relied upon for so many days; ours, no source states any
LOOK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """``right``: the key of the right at which there is something to do; None: at the pledge. ``papers``: those that are missing.

    ``is_look``: a look into the register is all that is wanted.
    """

    answer: Answer
    why: str = ""
    todo: str = ""
    right: int | None = None
    papers: tuple[Paper, ...] = ()
    is_look: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One right in its pledge on a day. ``elsewhere``: another pledge filed or registered here holds it."""

    pledge: Any
    asset: Any
    status: Status
    on: date
    name: str
    elsewhere: bool

    @property
    def label(self) -> str:
        return str(self.asset.number)

    @property
    def others(self) -> list[str]:
        """Who owns the right beside the pledgor."""
        return [name for name in self.status.owners if name != self.name]


CLEAR = Finding(Answer.CLEAR)


def cases(pledge: Any, assets: Iterable[Any], on: date, elsewhere: Iterable[int] = ()) -> list[Case]:
    """``assets`` with their events at hand; ``elsewhere``: ids of rights that another pledge holds."""
    held = set(elsewhere)
    return [
        Case(pledge, asset, status_of(asset, asset.events.all(), on), on, pledge.enterprise.name_zh, asset.pk in held) for asset in assets
    ]


# --- the rights themselves -------------------------------------------------------------------
def _looked_up(case: Case) -> Finding | None:
    """None while a look into the register is fresh enough."""
    seen = case.status.looked_up
    if seen is not None and seen >= case.on - timedelta(days=LOOK_DAYS):
        return None
    todo = _("Look the right up in the register and enter what you saw.")
    if seen is None:
        return Finding(Answer.UNKNOWN, _("%(right)s was never looked up in the register.") % {"right": case.label}, todo, is_look=True)
    why = _("%(right)s was last looked up on %(day)s.") % {"right": case.label, "day": day_words(seen)}
    return Finding(Answer.UNKNOWN, why, todo, is_look=True)


def _owner(case: Case) -> Finding:
    if not case.status.owners:
        return Finding(Answer.UNKNOWN, _("No owner of %(right)s is entered.") % {"right": case.label}, _("Enter the registered owners."))
    if case.name in case.status.owners:
        return _looked_up(case) or CLEAR
    why = _("%(right)s is registered for %(owners)s.") % {"right": case.label, "owners": "、".join(case.status.owners)}
    return Finding(Answer.REFUSES, why, _("Have the transfer or the change of name registered first."))


def _ended(case: Case) -> Finding:
    status = case.status
    if status.ended:
        day = day_words(status.ended_on) if status.ended_on else ""
        return Finding(Answer.REFUSES, _("%(right)s ended on %(day)s.") % {"right": case.label, "day": day}, _("Take another right."))
    if status.ended is None:
        return Finding(
            Answer.UNKNOWN, _("The last day of %(right)s is not entered.") % {"right": case.label}, _("Enter the day on which it expires.")
        )
    return _looked_up(case) or CLEAR


def _ungranted(case: Case) -> Finding:
    if case.status.granted is None:
        why = _("No day of grant of %(right)s is entered.") % {"right": case.label}
        return Finding(Answer.UNKNOWN, why, _("Enter the day of grant; a mere application cannot be pledged."))
    if not case.status.granted:
        return Finding(
            Answer.REFUSES, _("%(right)s is not granted yet.") % {"right": case.label}, _("Wait for the grant, or take another right.")
        )
    return CLEAR


def _fee(case: Case) -> Finding:
    if not case.status.has_fee:
        return CLEAR
    due = case.status.fee_due
    if due is None:
        why = _("When the annual fee of %(right)s is due is not entered.") % {"right": case.label}
        return Finding(Answer.UNKNOWN, why, _("Enter the day, or the last payment."))
    if due < case.on:
        why = _("The annual fee of %(right)s was due on %(day)s.") % {"right": case.label, "day": day_words(due)}
        return Finding(Answer.REFUSES, why, _("Pay the fee and enter the payment."))
    return CLEAR


def _dispute(case: Case) -> Finding:
    if case.status.preserved:
        why = _("%(right)s is under preservation by a court.") % {"right": case.label}
        return Finding(Answer.REFUSES, why, _("Have the preservation lifted, or take another right."))
    if case.status.disputed:
        why = _("The owner of %(right)s is in dispute.") % {"right": case.label}
        return Finding(Answer.REFUSES, why, _("Settle the dispute, or take another right."))
    return _looked_up(case) or CLEAR


def _life(case: Case) -> Finding:
    ends, expires = case.pledge.debt_ends_on, case.asset.expires_on
    if ends is None:
        return Finding(Answer.UNKNOWN, _("The day on which the debt ends is not entered."), _("Enter it with the contract."))
    if expires is None:
        return Finding(
            Answer.UNKNOWN, _("The last day of %(right)s is not entered.") % {"right": case.label}, _("Enter the day on which it expires.")
        )
    if ends > expires:
        why = _("The debt ends on %(ends)s, %(right)s on %(expires)s.") % {
            "ends": day_words(ends), "right": case.label, "expires": day_words(expires),
        }  # fmt: skip
        return Finding(Answer.REFUSES, why, _("Shorten the term, or take a right that lasts longer."))
    return CLEAR


def _pledged(case: Case) -> Finding:
    own = {case.pledge.pk} if case.pledge.pk else set()  # a pledge elsewhere has no key here either
    if case.status.pledged_by - own or case.elsewhere:
        why = _("%(right)s is pledged already.") % {"right": case.label}
        return Finding(Answer.REFUSES, why, _("Have the earlier pledge cancelled first."))
    return _looked_up(case) or CLEAR


def _pair(case: Case) -> Finding:
    if case.asset.kind not in PATENTS[:2]:
        return CLEAR
    if case.asset.has_pair is None:
        why = _("Whether a same-day application exists beside %(right)s is not said.") % {"right": case.label}
        return Finding(Answer.UNKNOWN, why, _("Say so at the right."))
    if not case.asset.has_pair:
        return CLEAR
    why = _("%(right)s has a same-day counterpart: %(other)s.") % {"right": case.label, "other": case.asset.pair_number or "–"}
    if case.pledge.knows_pair:
        return Finding(Answer.ACKNOWLEDGED, why)
    return Finding(Answer.REFUSES, why, _("Both sides state that they know and accept it."))


def _contested(case: Case) -> Finding:
    if not case.status.contested:
        return _looked_up(case) or CLEAR
    why = _("A request to declare %(right)s invalid is pending.") % {"right": case.label}
    if case.pledge.knows_contest:
        return Finding(Answer.ACKNOWLEDGED, why)
    return Finding(Answer.REFUSES, why, _("Both sides state that they know and accept it, or take another right."))


# --- the contract and what people say --------------------------------------------------------
def _contract(case: Case) -> Finding:
    pledge, asset = case.pledge, case.asset
    absent = [
        name
        for name, value in (
            (_("number of the contract"), pledge.contract_number),
            (_("day of the contract"), pledge.contracted_on),
            (_("end of the debt"), pledge.debt_ends_on),
            (_("filing day of %(right)s") % {"right": case.label}, asset.filed_on),
            (_("day of grant of %(right)s") % {"right": case.label}, asset.granted_on),
        )
        if not value
    ]
    if absent:
        return Finding(Answer.UNKNOWN, _("Not entered: %(what)s.") % {"what": _(", ").join(absent)}, _("Enter what is missing."))
    return _said(
        pledge.is_complete,
        _("Nobody has confirmed that the contract holds what article 8 asks for."),
        _("The contract lacks items of article 8."),
        _("Read the contract against article 8 and say so."),
    )


def _said(answer: bool | None, unsaid: str, refused: str, todo: str) -> Finding:
    if answer is None:
        return Finding(Answer.UNKNOWN, unsaid, todo)
    return CLEAR if answer else Finding(Answer.REFUSES, refused, todo)


def _co_owners(case: Case) -> Finding:
    if not case.others:
        return CLEAR if case.status.owners else _owner(case)
    names = {"right": case.label, "owners": "、".join(case.others)}
    return _said(
        case.pledge.consents,
        _("Whether %(owners)s consent to the pledge of %(right)s is not said.") % names,
        _("%(owners)s do not consent to the pledge of %(right)s.") % names,
        _("Obtain the consent of all co-owners in writing."),
    )


def _other(case: Case) -> Finding:
    return _said(
        case.pledge.is_free,
        _("Nobody has said that no other ground applies."),
        _("Another ground applies."),
        _("Look for other grounds and say so."),
    )


RULES: Mapping[Ground, Callable[[Case], Finding]] = {
    Ground.OWNER: _owner,
    Ground.ENDED: _ended,
    Ground.UNGRANTED: _ungranted,
    Ground.FEE: _fee,
    Ground.DISPUTE: _dispute,
    Ground.LIFE: _life,
    Ground.CONTRACT: _contract,
    Ground.CO_OWNERS: _co_owners,
    Ground.PLEDGED: _pledged,
    Ground.PAIR: _pair,
    Ground.CONTESTED: _contested,
    Ground.OTHER: _other,
}
# those that a right answers by itself, before any contract
OF_RIGHT = (Ground.OWNER, Ground.ENDED, Ground.UNGRANTED, Ground.FEE, Ground.DISPUTE, Ground.PLEDGED, Ground.CONTESTED)
