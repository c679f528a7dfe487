"""Recommendations to a regulator or an exchange: composed from the cultivation list, changed while nobody signs, signed off by two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import YES, Conflict, Invalid, Refused, Verdict, no
from pilotage.finance.pipeline import papers, rules, verdicts
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.digests import list_digest
from pilotage.finance.pipeline.enums import ON_LIST, BatchState, LineState, Market, Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.numbers import next_numbers
from pilotage.finance.pipeline.validators import few
from pilotage.registry.models import Enterprise

MOST_LINES = 500


# --- composing -------------------------------------------------------------------------------
def compose(
    *,
    actor: Any,
    receiver: Organisation,
    market: str,
    title_zh: str,
    purpose: str,
    title_en: str = "",
    projects: Sequence[int] | None = None,
    ground: str = "",
) -> RecommendationBatch:
    """A draft with the cultivation list of the market, or with those of it that are named.

    Of the whole list those whose newest stored verdict says "does not meet" are left aside; who names one of them gives a ``ground``.
    Raises ``Refused``, ``Invalid`` by field.
    """
    rules.can_work(actor).require()
    _check(receiver, market, title_zh, purpose)
    rows, failing = _chosen(market, projects, ground)
    with transaction.atomic():
        batch = RecommendationBatch.objects.create(
            number=next_numbers(RecommendationBatch)[0],
            title_zh=title_zh.strip()[:150],
            title_en=title_en.strip()[:200],
            receiver=receiver,
            market=market,
            purpose=purpose.strip()[:500],
            created_by=actor,
            created_at=clock.now(),
        )
        lines = [_line(batch, place, each, ground if each.enterprise_id in failing else "") for place, each in enumerate(rows, 1)]
        BatchLine.objects.bulk_create(lines, batch_size=500)
        audit.record(batch, "finance.listing_batch.compose", actor=actor, reason=ground)
    return batch


def _check(receiver: Organisation, market: str, title: str, purpose: str) -> None:
    errors = {}
    if receiver.kind != OrganisationKind.FINANCE:
        errors["receiver"] = _("Choose a regulator, an exchange or another financial institution.")
    if market not in Market.values:
        errors["market"] = _("Choose one of the values.")
    if not title.strip():
        errors["title_zh"] = _("Give the list a name in Chinese.")
    if not purpose.strip():
        errors["purpose"] = _("Say for what the receiver gets the list: each enterprise consents to this.")
    if errors:
        raise Invalid(errors)


def candidates(market: str) -> QuerySet[ListingProject]:
    """The cultivation list of a market."""
    return ListingProject.objects.filter(market=market, state=Stage.CULTIVATION)


def _chosen(market: str, projects: Sequence[int] | None, ground: str) -> tuple[list[ListingProject], set[int]]:
    """Who is put on a new list, and who of them does not meet."""
    rows = candidates(market).select_related("enterprise__province", "enterprise__industry").order_by("enterprise__province", "id")
    if projects is not None:
        rows = rows.filter(pk__in=projects)
    found = list(rows)
    failing = verdicts.failing(market, [each.enterprise_id for each in found])
    if not found:
        raise Invalid({"market": _("Nobody is on the cultivation list of this market.")})
    if projects is None:
        found = [each for each in found if each.enterprise_id not in failing]
        if not found:
            raise Invalid({"market": _("By the newest screening nobody on the cultivation list of this market meets what it asks.")})
    if len(found) > MOST_LINES:
        raise Invalid({"market": _("The list would have more than %(count)s lines.") % {"count": MOST_LINES}})
    _grounded(found, failing, ground)
    return found, failing


def _grounded(rows: Iterable[ListingProject], failing: set[int], ground: str) -> None:
    named = [each.enterprise.name_zh for each in rows if each.enterprise_id in failing]
    if named and not ground.strip():
        said = {"names": few(named)}
        raise Invalid({"ground": _("By the newest screening these do not meet: %(names)s. Say why they are put on the list.") % said})


def _line(batch: RecommendationBatch, place: int, project: ListingProject, ground: str) -> BatchLine:
    own: Enterprise = project.enterprise
    return BatchLine(
        batch=batch,
        position=place,
        project=project,
        enterprise_name=own.name_zh,
        uscc=own.uscc or "",
        province=own.province.name_zh if own.province else "",
        industry=own.industry.name_zh if own.industry else "",
        cultivated_from=project.stage_on,
        ground=ground.strip()[:500],
    )


# --- changing a draft ------------------------------------------------------------------------
def draft_of(actor: Any, batch: RecommendationBatch) -> RecommendationBatch:
    """The list, held until the transaction ends. Nothing on it is changed by the secretariat while a proposal to sign it is open."""
    rules.can_work(actor, batch).require()
    fresh = RecommendationBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.state != BatchState.DRAFT or waiting(fresh) is not None:
        raise Refused(_("A list that waits for the second person, or is signed off, is not changed any more."))
    return fresh


@transaction.atomic
def add(*, actor: Any, batch: RecommendationBatch, projects: Iterable[int], ground: str = "") -> int:
    """Further enterprises of the cultivation list; ``ground`` is needed where one does not meet. Returns how many."""
    fresh = draft_of(actor, batch)
    rows = candidates(fresh.market).filter(pk__in=list(projects)).exclude(recommendations__batch=fresh)
    found = list(rows.select_related("enterprise__province", "enterprise__industry").order_by("enterprise__province", "id"))
    if not found:
        raise Invalid(_("Choose enterprises to put on the list."))
    last = fresh.lines.aggregate(last=Max("position"))["last"] or 0
    if last + len(found) > MOST_LINES:
        raise Invalid(_("The list would have more than %(count)s lines.") % {"count": MOST_LINES})
    failing = verdicts.failing(fresh.market, [each.enterprise_id for each in found])
    _grounded(found, failing, ground)
    lines = [_line(fresh, place, each, ground if each.enterprise_id in failing else "") for place, each in enumerate(found, last + 1)]
    BatchLine.objects.bulk_create(lines, batch_size=500)
    names = [each.enterprise.name_zh for each in found]
    audit.record(fresh, "finance.listing_batch.add", actor=actor, reason=ground, extra={"added": names})
    return len(found)


@transaction.atomic
def ask(*, actor: Any, batch: RecommendationBatch) -> int:
    """Ask every enterprise on the list that was not asked yet. Returns how many."""
    fresh = draft_of(actor, batch)
    if not fresh.purpose:
        raise Invalid(_("This list names no purpose to which anybody could consent. Drop it and compose it anew."))
    rows = list(_lines(fresh).filter(state=LineState.NEW))
    if not rows:
        raise Invalid(_("Every enterprise on the list has been asked."))
    now = clock.now()
    audit.transition_many(rows, "ask", actor=actor, changes=lambda _row: {"asked_at": now})
    return len(rows)


@transaction.atomic
def leave_out(*, actor: Any, batch: RecommendationBatch, positions: Iterable[int], reason: str) -> int:
    """Take lines off a draft; they stay as a record. An enterprise that was asked reads the reason. Returns how many."""
    fresh = draft_of(actor, batch)
    rows = list(_lines(fresh).filter(position__in=list(positions), state__in=ON_LIST))
    if not rows:
        raise Invalid(_("Choose lines to leave out."))
    told = {"decided_by": actor, "decided_at": clock.now(), "reason": reason.strip()[:500]}
    audit.transition_many(rows, "leave_out", actor=actor, reason=reason, changes=lambda _row: told)
    return len(rows)


@transaction.atomic
def put_back(*, actor: Any, line: BatchLine, reason: str) -> BatchLine:
    """A line that is off the list comes back and is asked anew: what was said before does not count any more."""
    fresh = draft_of(actor, line.batch)
    row = _lines(fresh).get(pk=line.pk)
    told = {"decided_by": None, "decided_at": None, "reason": ""}
    audit.transition(row, "put_back", actor=actor, reason=reason, changes=told)
    return row


def _lines(batch: RecommendationBatch) -> QuerySet[BatchLine]:
    return batch.lines.select_related("batch", "project__enterprise").order_by("position")


# --- signing off -----------------------------------------------------------------------------
@transaction.atomic
def propose(*, actor: Any, batch: RecommendationBatch, reason: str = "") -> Proposal:
    """The first person puts exactly this list forward: its digest is kept."""
    rules.can_work(actor, batch).require()
    fresh = RecommendationBatch.objects.select_for_update(of=("self",)).select_related("receiver").get(pk=batch.pk)
    if waiting(fresh) is None and fresh.state == BatchState.DRAFT:
        fresh.proposed_sha256 = list_digest(fresh)
        fresh.save(update_fields=["proposed_sha256"])
    return audit.propose(fresh, "sign", actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, batch: RecommendationBatch) -> RecommendationBatch:
    """A second person signs the same list: the papers are made and kept, all digests stand in the audit chain, the receiver sees it.

    Raises ``Conflict`` where the list is no longer the one that was proposed.
    """
    fresh = RecommendationBatch.objects.select_for_update(of=("self",)).select_related("receiver").get(pk=batch.pk)
    proposal = waiting(fresh)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    rules.can_work(actor, fresh).require()
    if not (same := same_list(fresh)):
        raise Conflict(str(same.reason))
    digest = fresh.proposed_sha256
    pdf, xlsx = papers.papers(fresh, [proposal.proposed_by, actor], clock.now(), digest)
    changes = {"list_sha256": digest, **_kept(fresh, "pdf", pdf), **_kept(fresh, "xlsx", xlsx)}
    audit.confirm(proposal, fresh, actor=actor, changes=changes)
    batch.refresh_from_db()
    return batch


def same_list(batch: RecommendationBatch) -> Verdict:
    """Whether the list is still the one that was proposed: an enterprise may withdraw meanwhile."""
    if list_digest(batch) == batch.proposed_sha256:
        return YES
    return no(_("The list has changed since it was proposed. Withdraw the proposal and propose the list anew."))


def _kept(batch: RecommendationBatch, kind: str, content: bytes) -> dict[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    name = default_storage.save(f"listings/batches/{batch.number}-{digest[:12]}.{kind}", ContentFile(content))
    return {kind: name, f"{kind}_sha256": digest}


def proposals() -> QuerySet[Proposal]:
    """Lists that wait for the second person."""
    label = RecommendationBatch._meta.label_lower
    return Proposal.objects.filter(object_type=label, verb="sign", state=ProposalState.OPEN)


def waiting(batch: RecommendationBatch) -> Proposal | None:
    return proposals().filter(object_id=str(batch.pk)).first()


def drop(*, actor: Any, batch: RecommendationBatch, reason: str) -> RecommendationBatch:
    if waiting(batch) is not None:
        raise Refused(_("The list waits for the second person. Withdraw the proposal first."))
    audit.transition(batch, "drop", actor=actor, reason=reason)
    return batch
