"""A yearly re-evaluation: planned, drawn by a recorded seed, closed by two people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import campaign_rules as rules
from pilotage.directory.campaign_enums import OPEN, CampaignState
from pilotage.directory.campaign_sampling import METHOD, draw, population_digest
from pilotage.directory.enums import IN_FORCE, EditionState
from pilotage.directory.models import Campaign, Directory, Entry, Evaluation
from pilotage.directory.services.proposals import waiting

Population = dict[str, list[str]]


@transaction.atomic
def plan_campaign(
    *,
    actor: Any,
    directory: Directory,
    year: int,
    listed_before: date,
    percent: int,
    least: int = 1,
    term_days: int = 30,
    next_years: int = 1,
) -> Campaign:
    """Nothing is drawn yet; a directory has one re-evaluation a year."""
    rules.can_begin(actor, directory).require()
    _require_sense(percent, least, term_days, next_years)
    if directory.campaigns.filter(year=year).exclude(state=CampaignState.CANCELLED).exists():
        raise Conflict(_("This directory has a re-evaluation of that year already."))
    campaign = Campaign.objects.create(
        directory=directory,
        year=year,
        listed_before=listed_before,
        percent=percent,
        least=least,
        term_days=term_days,
        next_years=next_years,
        title_zh=f"{directory.title_zh}{year}年复核",
        title_en=f"{directory.title_en}: re-evaluation {year}",
        created_by=actor,
        created_at=clock.now(),
    )
    audit.record(campaign, "directory.campaign.plan", actor=actor)
    return campaign


def _require_sense(percent: int, least: int, term_days: int, next_years: int) -> None:
    limits = {"percent": (percent, 1, 100), "least": (least, 0, 100), "term_days": (term_days, 1, 365), "next_years": (next_years, 1, 10)}
    wrong = {
        name: _("A whole number from %(low)d to %(high)d.") % {"low": low, "high": high}
        for name, (value, low, high) in limits.items()
        if not low <= value <= high
    }
    if wrong:
        raise Invalid(wrong)


def population_of(campaign: Campaign) -> Population:
    """What would be drawn from now: entries in force of complete editions, listed before the day, not under examination elsewhere."""
    rows = (
        Entry.objects.filter(
            edition__directory=campaign.directory_id,
            edition__is_complete=True,
            edition__state=EditionState.PUBLISHED,
            state__in=sorted(IN_FORCE),
            listed_on__lt=campaign.listed_before,
        )
        .exclude(evaluations__state__in=sorted(OPEN))
        .order_by("province", "number")
    )
    found: Population = {}
    for province, number in rows.values_list("province", "number"):
        found.setdefault(province or "", []).append(number)
    return found


@transaction.atomic
def draw_campaign(*, actor: Any, campaign: Campaign, seed: str = "") -> Campaign:
    """Draw once and for all.

    Without a ``seed`` (of a public lottery, say) it is the end of the audit chain as it stands, which nobody chooses.
    """
    population = population_of(campaign)
    if not population:
        raise Invalid(_("There is no entry in force that was listed before that day."))
    seed = seed.strip()[:200] or ":".join(map(str, audit.head()))
    changes = {"seed": seed, "population": population, "population_digest": population_digest(population), "drawn_at": clock.now()}
    drawn = draw(population, seed, campaign.percent, campaign.least)
    audit.transition(campaign, "draw", actor=actor, changes=changes, extra={"method": METHOD, "drawn": [each.number for each in drawn]})
    keys = dict(Entry.objects.filter(number__in=[each.number for each in drawn]).order_by().values_list("number", "pk"))
    made = Evaluation.objects.bulk_create(
        (Evaluation(campaign=campaign, entry_id=keys[each.number], stratum=each.stratum, position=each.position) for each in drawn),
        batch_size=1000,
    )
    audit.record_many([audit.Entry(each, "directory.evaluation.draw") for each in made], actor=actor)
    return campaign


@transaction.atomic
def include(*, actor: Any, campaign: Campaign, entry: Entry, cause: str) -> Evaluation:
    """Examine an entry for a cause, beside those drawn."""
    rules.can_run(actor, campaign).require()
    if campaign.state != CampaignState.RUNNING:
        raise Conflict(_("Only a running re-evaluation takes in further entries."))
    if not cause.strip():
        raise Invalid({"cause": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    if entry.state not in IN_FORCE or entry.edition.directory_id != campaign.directory_id:
        raise Invalid({"entry": _("There is no such entry in force in this directory.")})
    if Evaluation.objects.filter(entry=entry, state__in=sorted(OPEN)).exists() or campaign.evaluations.filter(entry=entry).exists():
        raise Conflict(_("The entry is in a re-evaluation already."))
    made = Evaluation.objects.create(campaign=campaign, entry=entry, stratum=entry.province_id or "", cause=cause.strip())
    audit.record(made, "directory.evaluation.include", actor=actor, reason=made.cause)
    return made


def cancel_campaign(*, actor: Any, campaign: Campaign, reason: str) -> Campaign:
    audit.transition(campaign, "cancel", actor=actor, reason=reason)
    return campaign


def propose_close_campaign(*, actor: Any, campaign: Campaign) -> Proposal:
    return audit.propose(campaign, "close", actor=actor)


def confirm_close_campaign(*, actor: Any, campaign: Campaign) -> Campaign:
    audit.confirm(waiting(campaign, "close"), campaign, actor=actor, changes={"closed_at": clock.now()})
    return campaign
