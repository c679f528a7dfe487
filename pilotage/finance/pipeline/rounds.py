"""Tier rounds of the NEEQ as selections with notice: preliminary list, objections in working days, final list by two people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.models import TierStay
from pilotage.finance.facts.selectors import attestations_of_many, facts_of_many
from pilotage.finance.facts.services import enter_tier
from pilotage.finance.pipeline import rules, tiers
from pilotage.finance.pipeline.enums import Decision, Direction, RoundState
from pilotage.finance.pipeline.numbers import next_numbers
from pilotage.finance.pipeline.round_models import RoundLine, TierObjection, TierRound
from pilotage.finance.rules import NotInForce, Verdict, explain
from pilotage.registry.models import Enterprise

CHANNEL = "neeq-innovation"
MOST_DAYS = 30
MOST_JUDGED = 2_000


def begin(
    *, actor: Any, direction: str, day: date | None, effective_on: date | None, objection_days: int = 5, source: str = ""
) -> TierRound:
    """``day``: the figures of which day count. ``source``: the notice of the operator, where there is one."""
    rules.can_work(actor).require()
    errors = {}
    if direction not in Direction.values:
        errors["direction"] = _("Choose one of the values.")
    if day is None or day > clock.today():
        errors["day"] = _("Give a day that is not ahead.")
    if effective_on is None or (day and effective_on < day):
        errors["effective_on"] = _("The new tier holds from a day after the day of the figures.")
    if not 1 <= objection_days <= MOST_DAYS:
        errors["objection_days"] = _("Give 1 to 30 working days.")
    if errors or day is None or effective_on is None:
        raise Invalid(errors)
    with transaction.atomic():
        found = TierRound.objects.create(
            number=next_numbers(TierRound)[0],
            direction=direction,
            day=day,
            effective_on=effective_on,
            objection_days=objection_days,
            source=source.strip()[:300],
            created_by=actor,
            created_at=clock.now(),
        )
        audit.record(found, "finance.tier_round.begin", actor=actor)
    return found


# --- the preliminary list --------------------------------------------------------------------
def on_tier(found: TierRound) -> QuerySet[Enterprise]:
    """The companies that could move in this round: on the other tier on the day of the figures."""
    tier = Tier.BASE if found.direction == Direction.UP else Tier.INNOVATION
    stays = TierStay.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=found.day), tier=tier, from_on__lte=found.day)
    return Enterprise.objects.filter(pk__in=stays.values("enterprise"))


def add(*, actor: Any, found: TierRound, enterprise: Enterprise, ground: str) -> RoundLine:
    """By hand, with the reason."""
    _draft(actor, found)
    if not ground.strip():
        raise Invalid({"ground": _("Say why this company is on the list.")})
    if not on_tier(found).filter(pk=enterprise.pk).exists():
        raise Invalid({"enterprise": _("This company was not on the tier from which the round moves on the day of the figures.")})
    if found.lines.filter(enterprise=enterprise).exists():
        raise Invalid({"enterprise": _("This company is on the list already.")})
    with transaction.atomic():
        line = RoundLine.objects.create(round=found, enterprise=enterprise, ground=ground.strip()[:500])
        audit.record(found, "finance.tier_round.add", actor=actor, reason=ground, extra={"enterprise": enterprise.name_zh})
    return line


def fill_by_rule(*, actor: Any, found: TierRound) -> tuple[int, int]:
    """Everybody whose facts of the day meet the criteria of the innovation tier (up), or miss them (down).

    Who cannot be judged is on no list. Returns how many were put on the list and how many could not be judged.
    """
    _draft(actor, found)
    channel = next((each for each in channels(with_rule=True) if each.key == CHANNEL), None)
    if channel is None:
        raise Invalid(_("The plan has no criteria for the innovation tier."))
    try:
        rule = channel.on(found.day)
    except NotInForce:
        raise Invalid(_("The criteria of the innovation tier were not in force on that day.")) from None
    wanted = Verdict.MEETS if found.direction == Direction.UP else Verdict.DOES_NOT_MEET
    known = set(found.lines.values_list("enterprise_id", flat=True))
    rows = list(on_tier(found).exclude(pk__in=known).order_by("pk")[:MOST_JUDGED])
    attested = attestations_of_many([each.pk for each in rows], found.day, CHANNEL)
    facts = facts_of_many([each.pk for each in rows], found.day)
    verdicts = {each.pk: explain(rule, {**facts[each.pk], **attested.get(each.pk, {})}).verdict for each in rows}
    chosen = [each for each in rows if verdicts[each.pk] == wanted]
    unknown = sum(verdict not in {Verdict.MEETS, Verdict.DOES_NOT_MEET} for verdict in verdicts.values())
    ground = (
        _("Meets the criteria by the facts of %(day)s.")
        if found.direction == Direction.UP
        else _("Misses the criteria by the facts of %(day)s.")
    )
    said = ground % {"day": found.day.isoformat()}
    with transaction.atomic():
        RoundLine.objects.bulk_create([RoundLine(round=found, enterprise=each, ground=said, by_rule=True) for each in chosen])
        audit.record(found, "finance.tier_round.fill", actor=actor, extra={"added": len(chosen), "unknown": unknown})
    return len(chosen), unknown


def remove(*, actor: Any, line: RoundLine, reason: str) -> None:
    remove_many(actor=actor, found=line.round, lines=[line.pk], reason=reason)


def remove_many(*, actor: Any, found: TierRound, lines: Iterable[int], reason: str) -> int:
    """Off the preliminary list while it is a draft. Returns how many."""
    _draft(actor, found)
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    with transaction.atomic():
        chosen = found.lines.filter(pk__in=list(lines))
        names = list(chosen.order_by("id").values_list("enterprise__name_zh", flat=True))
        if not names:
            raise Invalid(_("Choose lines to leave out."))
        chosen.delete()
        audit.record(found, "finance.tier_round.remove", actor=actor, reason=reason, extra={"enterprises": names})
    return len(names)


def _draft(actor: Any, found: TierRound) -> None:
    rules.can_work(actor, found).require()
    if found.state != RoundState.DRAFT:
        raise Refused(_("The preliminary list is published and does not change any more."))


def open_notice(*, actor: Any, found: TierRound) -> TierRound:
    """The preliminary list is shown, and the days to object begin."""
    audit.transition(found, "open", actor=actor)
    return found


# --- objections ------------------------------------------------------------------------------
def raise_objection(*, actor: Any, line: RoundLine, who: str, text: str) -> TierObjection:
    rules.can_object(actor, line).require()
    found = line.round
    if found.state != RoundState.NOTICE or found.objections_until is None or clock.today() > found.objections_until:
        raise Refused(_("The round is not open to objections."))
    errors = {name: _("This is needed.") for name, value in (("who", who), ("text", text)) if not value.strip()}
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        made = TierObjection.objects.create(
            line=line, who=who.strip()[:200], text=text.strip()[:1000], raised_by=actor, raised_at=clock.now()
        )
        audit.record(made, "finance.tier_objection.raise", actor=actor)
    return made


def decide(*, actor: Any, objection: TierObjection, verb: str, reason: str) -> TierObjection:
    """``uphold`` takes the company off the final list; ``dismiss`` leaves it on."""
    if verb not in {"uphold", "dismiss"}:
        raise Invalid(_("There is no such step."))
    with transaction.atomic():
        audit.transition(objection, verb, actor=actor, reason=reason, changes={"reason": reason.strip()[:1000], "decided_at": clock.now()})
        if objection.state == Decision.UPHELD:
            RoundLine.objects.filter(pk=objection.line_id).update(stands=False)
    return objection


# --- the final list --------------------------------------------------------------------------
def propose(*, actor: Any, found: TierRound, reason: str = "") -> Proposal:
    return audit.propose(found, "finish", actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, found: TierRound) -> TierRound:
    """A second person makes the list final; each company that stands is on the new tier from the day on which it takes effect."""
    proposal = waiting(found)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    audit.confirm(proposal, found, actor=actor)
    there = set(TierStay.objects.filter(tier=found.tier, until_on__isnull=True).values_list("enterprise_id", flat=True))
    for line in found.lines.filter(stands=True).exclude(enterprise__in=there).select_related("enterprise").order_by("id"):
        try:
            enter_tier(actor=actor, enterprise=line.enterprise, tier=found.tier, from_on=found.effective_on, source=_source(found))
        except Invalid as problem:
            raise Invalid(f"{line.enterprise.name}: {'; '.join(problem.errors.values())}") from None
    if found.effective_on <= clock.today():
        _carry_out(found, actor)
    return found


def _source(found: TierRound) -> str:
    return found.source or _("Tier round %(number)s") % {"number": found.number}


def _carry_out(found: TierRound, actor: Any) -> int:
    """The projects that led to the tier are listed from the day of effect. Returns how many."""
    firms = list(found.lines.filter(stands=True).values_list("enterprise_id", flat=True))
    found.carried_out_on = clock.today()
    found.save(update_fields=["carried_out_on"])
    count = tiers.follow(actor=actor, enterprises=firms, tier=found.tier, on=found.effective_on, document=_source(found))
    audit.record(found, "finance.tier_round.carry_out", actor=actor, extra={"projects": count})
    return count


# --- what the calendar does ------------------------------------------------------------------
def tick() -> int:
    """Tell that days to object are over, and carry out what holds from today. Each once; may be repeated at any time. Returns how many rounds."""
    today = clock.today()
    over = TierRound.objects.filter(state=RoundState.NOTICE, objections_until__lt=today, closed_on__isnull=True)
    due = TierRound.objects.filter(state=RoundState.FINAL, effective_on__lte=today, carried_out_on__isnull=True)
    # without a transaction, which would hold up who writes at every tick
    if not over.exists() and not due.exists():
        return 0
    with transaction.atomic():
        closed, begun = list(over.select_for_update().order_by("pk")), list(due.select_for_update().order_by("pk"))
        for found in closed:
            found.closed_on = today
            found.save(update_fields=["closed_on"])
            audit.record(found, "finance.tier_round.close", actor=None)
        for found in begun:
            _carry_out(found, None)
    return len(closed) + len(begun)


def waiting(found: TierRound) -> Proposal | None:
    label = found._meta.label_lower
    return Proposal.objects.filter(object_type=label, object_id=str(found.pk), verb="finish", state=ProposalState.OPEN).first()


def drop(*, actor: Any, found: TierRound, reason: str) -> TierRound:
    if waiting(found) is not None:
        raise Refused(_("The list waits for the second person. Withdraw the proposal first."))
    audit.transition(found, "drop", actor=actor, reason=reason)
    return found
