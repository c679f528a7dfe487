"""What the page of a pledge shows, gathered once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.finance.pledges import compensation, papers, rules, selectors, services
from pilotage.finance.pledges.checklist import PaperLine
from pilotage.finance.pledges.checks import may_file
from pilotage.finance.pledges.enums import FILLED_IN, PledgeState
from pilotage.finance.pledges.models import Pledge
from pilotage.finance.pledges.status import status_of
from pilotage.finance.pledges.transitions import PLEDGE
from pilotage.web.audit.words import act as act_name
from pilotage.web.pledges.common import Reader, day, id_of, months, percent, tabs, yuan
from pilotage.web.pledges.forms import (
    ClaimForm,
    DefaultForm,
    DisposeForm,
    FileForm,
    PublishForm,
    RegisterForm,
    ScanForm,
    TermsForm,
    terms_initial,
)
from pilotage.web.pledges.guide import guide, needs_look

S = PledgeState
# the way a pledge goes when all goes well; the others end it or stand beside it
LINE = (S.OFFERED, S.CONTRACTED, S.FILED, S.REGISTERED, S.PUBLISHED, S.DISBURSED, S.REPAID, S.CANCELLED)
ASIDE = {S.DEFECT: S.FILED, S.REFUSED: S.FILED, S.IN_DEFAULT: S.DISBURSED, S.CLAIMED: S.DISBURSED, S.DISPOSED: S.REPAID}
BEFORE_FILING = (S.OFFERED, S.CONTRACTED, S.FILED, S.DEFECT, S.REFUSED)
# what was written at the step that led here
TELLING = (S.DEFECT, S.REFUSED, S.WITHDRAWN, S.IN_DEFAULT, S.CLAIMED, S.DISPOSED)
CHANGEABLE = (S.REGISTERED, S.PUBLISHED, S.DISBURSED)


def context(reader: Reader, pledge: Pledge, bound: dict[str, Any]) -> dict[str, Any]:
    """About sixteen queries, whatever the number of rights."""
    today = clock.today()
    assets = selectors.assets_of(pledge)
    found, lines = selectors.standing(pledge, today, assets)
    flags = selectors.flags_in_force([pledge]).get(pledge.pk, [])
    events = list(AuditEvent.objects.filter(object_type=pledge._meta.label_lower, object_id=str(pledge.pk)).order_by("number")[:300])
    verbs = {row.verb for row in PLEDGE.verbs_from(pledge.state) if may(reader.actor, pledge, row.verb)}
    is_party = bool(rules.can_party(reader.actor, pledge))
    is_bank = pledge.organisation_id in reader.banks
    rights = [_right(pledge, asset, today) for asset in assets]
    may_fill = is_party and pledge.state in FILLED_IN
    return {
        "reader": reader,
        "tabs": tabs("home"),
        "pledge": pledge,
        "line": stage_line(pledge, events),
        "guide": guide(pledge, found, is_bank=is_bank, is_party=is_party, flags=len(flags)),
        "facts": _facts(pledge, selectors.worth(assets, today)),
        "registration": _registration(pledge),
        "assets": rights,
        "checks": found,
        "blocking": sum(not check.lets_through for check in found),
        "shows_checks": pledge.state in BEFORE_FILING,
        "may_file": may_file(found),
        "needs_look": may_fill and any(needs_look(each["status"].looked_up, today) for each in rights),
        "file": lines,
        "shows_file": pledge.state != S.OFFERED,
        "papers": papers.kinds_of(pledge),
        "flags": flags,
        "changes": [_change(each) for each in pledge.changes.order_by("-changed_on", "-id")],
        "verbs": verbs,
        "is_party": is_party,
        "may_fill": may_fill,
        "may_change": is_bank and pledge.state in CHANGEABLE,
        "two": _two(reader, pledge) if reader.sees_all or is_party else [],
        "forms": {**_forms(pledge, lines, asked_of(pledge, rights)), **bound},
        "claim": _claim(pledge),
        "history": [
            {"title": act_name(each.verb), "at": each.at, "text": each.reason, "url": "", "state": "done"} for each in reversed(events)
        ],
    }


def stage_line(pledge: Pledge, events: list[AuditEvent]) -> list[dict[str, Any]]:
    """The stages with the day each was entered, the present one marked; what was jumped over stays without a day."""
    verbs = {row.verb: row.target for row in PLEDGE.rows}
    reached = {str(S.OFFERED): pledge.created_at}
    for event in events:
        target = verbs.get(event.verb.removeprefix("finance.pledge."))
        if target:
            reached[str(target)] = event.at
    present = S(pledge.state)
    place = ASIDE.get(present, present)
    if present == S.WITHDRAWN:
        place = next((stage for stage in reversed(LINE) if str(stage) in reached), S.OFFERED)
    steps = []
    for stage in LINE:
        shown = present if stage == place else stage
        state = "current" if stage == place else "done" if str(stage) in reached and LINE.index(stage) < LINE.index(place) else "next"
        steps.append({"label": shown.label, "state": state, "at": reached.get(str(shown)) if state != "next" else None, "kind": str(shown)})
    return steps


def asked_of(pledge: Pledge, rights: list[dict[str, Any]]) -> set[str]:
    """Which of the questions that no register answers this pledge raises; what was answered before stays to be read."""
    raised = {
        "consents": any([name for name in each["status"].owners if name != pledge.enterprise.name_zh] for each in rights),
        "knows_pair": any(each["row"].has_pair for each in rights),
        "knows_contest": any(each["status"].contested for each in rights),
    }
    return {name for name in services.TOLD if raised.get(name, True) or getattr(pledge, name) is not None}


def _facts(pledge: Pledge, worth: int | None) -> list[tuple[str, str]]:
    return [
        (_("Pledgor"), pledge.enterprise.name),
        (_("Pledgee"), pledge.organisation.name),
        (_("Amount"), yuan(pledge.amount)),
        (_("Loan to value"), _to_value(pledge.amount, worth)),
        (pgettext("loan", "Term"), months(pledge.months)),
        (_("Rate"), percent(pledge.rate)),
        (_("The debt ends on"), day(pledge.debt_ends_on)),
        (_("Contract"), " · ".join(filter(None, [pledge.contract_number, day(pledge.contracted_on) if pledge.contracted_on else ""]))),
        (_("Purpose"), pledge.purpose),
    ]


def _to_value(amount: int, worth: int | None) -> str:
    """Which part of what the rights are worth today is lent."""
    if not worth:
        return _("no valuation in force")
    return _("%(share)s of %(worth)s") % {"share": percent(amount * 1000 // worth * 10), "worth": yuan(worth)}


def _registration(pledge: Pledge) -> list[tuple[str, str]]:
    rows = [
        (pgettext("pledge", "Filed on"), pledge.filed_on and day(pledge.filed_on)),
        (_("Registration number"), pledge.registration_number),
        (_("Registered on"), pledge.registered_on and day(pledge.registered_on)),
        (pgettext("pledge", "Published on"), pledge.published_on and day(pledge.published_on)),
        (_("Disbursed on"), pledge.disbursed_on and day(pledge.disbursed_on)),
        (_("In default since"), pledge.defaulted_on and day(pledge.defaulted_on)),
        (_("Lost principal"), pledge.loss is not None and yuan(pledge.loss)),
        (_("Compensation claimed"), pledge.claim is not None and yuan(pledge.claim)),
        (_("Came in from the rights"), pledge.recovered is not None and yuan(pledge.recovered)),
        (pgettext("pledge", "Ended on"), pledge.ended_on and day(pledge.ended_on)),
        (_("Reason"), pledge.state in TELLING and pledge.reason),
    ]
    return [(label, str(value)) for label, value in rows if value]


def _right(pledge: Pledge, asset: Any, today: Any) -> dict[str, Any]:
    status = status_of(asset, asset.events.all(), today)
    value = selectors.value_on(asset.valuations.all(), today)
    return {"row": asset, "status": status, "word": status.word, "value": yuan(value.value) if value else "", "valuation": value}


def _change(change: Any) -> dict[str, Any]:
    words = {"amount": _("Amount"), "months": pgettext("loan", "Term"), "rate": _("Rate"), "debt_ends_on": _("The debt ends on")}
    say = {"amount": yuan, "months": months, "rate": percent, "debt_ends_on": lambda text: text or "–"}
    return {
        "row": change,
        "items": [(words[name], say[name](change.before.get(name)), say[name](value)) for name, value in change.after.items()],
    }


def _two(reader: Reader, pledge: Pledge) -> list[dict[str, Any]]:
    """The acts of two people that are open now, with what waits."""
    open_now = [row.verb for row in PLEDGE.verbs_from(pledge.state) if row.two_person]
    if not open_now or pledge.organisation_id not in reader.banks:
        return []
    waiting = services.proposals(pledge)
    words = {
        "disburse": (_("Disburse the loan"), _("The loan counts as paid out from today on.")),
        "cancel": (_("Cancel the pledge"), _("The pledge right has ended; each right gets its PC01.")),
    }
    found = []
    for verb in open_now:
        proposal = waiting.get(verb)
        own = proposal is not None and proposal.proposed_by_id == reader.actor.pk
        found.append(
            {
                "verb": verb,
                "act": words[verb][0],
                "effect": words[verb][1],
                "proposal": proposal,
                "own": own,
                # a registered pledge may be cancelled before any money is out, but that is not what comes next
                "is_due": verb == "disburse" or pledge.state in (S.REPAID, S.DISPOSED),
            }
        )
    return found


def _forms(pledge: Pledge, lines: list[PaperLine], asked: set[str]) -> dict[str, Any]:
    today = {"on": clock.today()}
    terms = {**terms_initial(pledge), **today}
    return {
        "contract": TermsForm(initial=terms, auto_id=id_of("contract")),
        "change": TermsForm(initial=terms, auto_id=id_of("change")),
        "fill_file": FileForm(pledge=pledge, lines=lines, asked=asked, auto_id=id_of("fill_file")),
        "scan": ScanForm(lines=lines, auto_id=id_of("scan")),
        "register": RegisterForm(initial=today, auto_id=id_of("register")),
        "publish": PublishForm(initial=today, auto_id=id_of("publish")),
        "default": DefaultForm(initial=today, auto_id=id_of("default")),
        "claim": ClaimForm(auto_id=id_of("claim")),
        "dispose": DisposeForm(auto_id=id_of("dispose")),
    }


def _claim(pledge: Pledge) -> dict[str, Any] | None:
    """By which term a claim is reckoned, or why it cannot be; only while the loan is in default."""
    if pledge.state not in {S.IN_DEFAULT, S.CLAIMED}:
        return None
    found = compensation.claim(pledge, pledge.loss if pledge.loss is not None else pledge.amount, pledge.defaulted_on)
    term = found.term
    return {"why": found.why, "term": term, "share": percent(term.share) if term else "", "most": yuan(found.amount)}
