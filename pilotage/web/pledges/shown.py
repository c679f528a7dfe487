"""What the page of a pledge shows, gathered once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.finance.pledges import checks, compensation, papers, rules, selectors, services
from pilotage.finance.pledges.enums import PledgeState
from pilotage.finance.pledges.models import Pledge
from pilotage.finance.pledges.status import status_of
from pilotage.finance.pledges.transitions import PLEDGE
from pilotage.web.audit.words import act as act_name
from pilotage.web.pledges.common import Reader, day, months, percent, share, tabs, yuan
from pilotage.web.pledges.forms import ClaimForm, DisposeForm, FileForm, PublishForm, RegisterForm, TermsForm, terms_initial

S = PledgeState
# the way a pledge goes when all goes well; the others end it or stand beside it
LINE = (S.OFFERED, S.CONTRACTED, S.FILED, S.REGISTERED, S.PUBLISHED, S.DISBURSED, S.REPAID, S.CANCELLED)
ASIDE = {S.DEFECT: S.FILED, S.REFUSED: S.FILED, S.IN_DEFAULT: S.DISBURSED, S.CLAIMED: S.DISBURSED, S.DISPOSED: S.REPAID}
BEFORE_FILING = (S.OFFERED, S.CONTRACTED, S.FILED, S.DEFECT, S.REFUSED)
CHANGEABLE = (S.REGISTERED, S.PUBLISHED, S.DISBURSED)


def context(reader: Reader, pledge: Pledge, bound: dict[str, Any]) -> dict[str, Any]:
    """About fifteen queries, whatever the number of rights."""
    today = clock.today()
    assets = selectors.assets_of(pledge)
    found = selectors.checks_of(pledge, today, assets)
    events = list(AuditEvent.objects.filter(object_type=pledge._meta.label_lower, object_id=str(pledge.pk)).order_by("number")[:300])
    verbs = {row.verb for row in PLEDGE.verbs_from(pledge.state) if may(reader.actor, pledge, row.verb)}
    is_party = bool(rules.can_party(reader.actor, pledge))
    is_bank = pledge.organisation_id in reader.banks
    return {
        "reader": reader,
        "tabs": tabs("home"),
        "pledge": pledge,
        "line": stage_line(pledge, events),
        "facts": _facts(pledge),
        "registration": _registration(pledge),
        "assets": [_right(pledge, asset, today) for asset in assets],
        "checks": found,
        "blocking": sum(not check.lets_through for check in found),
        "shows_checks": pledge.state in BEFORE_FILING,
        "file": checks.papers(pledge.papers or {}),
        "papers": papers.kinds_of(pledge),
        "flags": selectors.flags_in_force([pledge]).get(pledge.pk, []),
        "changes": [_change(each) for each in pledge.changes.order_by("-changed_on", "-id")],
        "verbs": verbs,
        "is_party": is_party,
        "may_fill": is_party and pledge.state in {S.CONTRACTED, S.DEFECT},
        "may_change": is_bank and pledge.state in CHANGEABLE,
        "two": _two(reader, pledge, verbs) if reader.sees_all or is_party else [],
        "forms": {**_forms(pledge), **bound},
        "claim": _claim(pledge),
        "waits_for": _waits_for(pledge, verbs),
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


def _facts(pledge: Pledge) -> list[tuple[str, str]]:
    return [
        (_("Pledgor"), pledge.enterprise.name),
        (_("Pledgee"), pledge.organisation.name),
        (_("Amount"), yuan(pledge.amount)),
        (pgettext("loan", "Term"), months(pledge.months)),
        (_("Rate"), percent(pledge.rate)),
        (_("The debt ends on"), day(pledge.debt_ends_on)),
        (_("Contract"), " · ".join(filter(None, [pledge.contract_number, day(pledge.contracted_on) if pledge.contracted_on else ""]))),
        (_("Purpose"), pledge.purpose),
    ]


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
        (_("Reason"), pledge.reason),
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


def _two(reader: Reader, pledge: Pledge, verbs: set[str]) -> list[dict[str, Any]]:
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
            {"verb": verb, "act": words[verb][0], "effect": words[verb][1], "proposal": proposal, "own": own, "may": verb in verbs}
        )
    return found


def _forms(pledge: Pledge) -> dict[str, Any]:
    today = {"on": clock.today()}
    return {
        "contract": TermsForm(initial={**terms_initial(pledge), **today}),
        "change": TermsForm(initial={**terms_initial(pledge), **today}),
        "fill_file": FileForm(pledge=pledge),
        "register": RegisterForm(initial=today),
        "publish": PublishForm(initial=today),
        "claim": ClaimForm(),
        "dispose": DisposeForm(),
    }


def _claim(pledge: Pledge) -> dict[str, Any] | None:
    """By which term a claim is reckoned, or why it cannot be; only while the loan is in default."""
    if pledge.state not in {S.IN_DEFAULT, S.CLAIMED}:
        return None
    found = compensation.claim(pledge, pledge.loss if pledge.loss is not None else pledge.amount, pledge.defaulted_on)
    term = found.term
    return {"why": found.why, "term": term, "share": share(term.share) if term else "", "most": yuan(found.amount)}


def _waits_for(pledge: Pledge, verbs: set[str]) -> str:
    """For whom the next step is, where it is not the reader's."""
    if verbs or pledge.state in {S.REFUSED, S.CANCELLED, S.WITHDRAWN}:
        return ""
    bank = _("The next step is the bank's.")
    return bank if pledge.state not in {S.CONTRACTED, S.FILED, S.DEFECT, S.REGISTERED} else _("The next step is that of the two parties.")
