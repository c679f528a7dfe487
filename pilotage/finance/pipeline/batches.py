"""Recommendations to a regulator or an exchange: composed from the cultivation list, consented to, signed off by two, answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.pipeline import papers, rules
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import Answer, BatchState, Market, Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.numbers import next_numbers

MOST_LINES = 500


def compose(
    *, actor: Any, receiver: Organisation, market: str, title_zh: str, title_en: str = "", projects: Sequence[int] | None = None
) -> RecommendationBatch:
    """A draft with the cultivation list of the market, or with those of it that are named. Raises ``Refused``, ``Invalid`` by field."""
    rules.can_work(actor).require()
    rows = _chosen(receiver, market, title_zh, projects)
    with transaction.atomic():
        batch = RecommendationBatch.objects.create(
            number=next_numbers(RecommendationBatch)[0],
            title_zh=title_zh.strip()[:150],
            title_en=title_en.strip()[:200],
            receiver=receiver,
            market=market,
            created_by=actor,
            created_at=clock.now(),
        )
        BatchLine.objects.bulk_create([_line(batch, place, each) for place, each in enumerate(rows, 1)], batch_size=500)
        audit.record(batch, "finance.listing_batch.compose", actor=actor)
    return batch


def _chosen(receiver: Organisation, market: str, title: str, projects: Sequence[int] | None) -> list[ListingProject]:
    errors = {}
    if receiver.kind != OrganisationKind.FINANCE:
        errors["receiver"] = _("Choose a regulator, an exchange or another financial institution.")
    if market not in Market.values:
        errors["market"] = _("Choose one of the values.")
    if not title.strip():
        errors["title_zh"] = _("Give the list a name in Chinese.")
    rows = ListingProject.objects.filter(market=market, state=Stage.CULTIVATION).select_related(
        "enterprise__province", "enterprise__industry"
    )
    if projects is not None:
        rows = rows.filter(pk__in=projects)
    found = list(rows.order_by("enterprise__province", "id")[: MOST_LINES + 1])
    if not found:
        errors["market"] = errors.get("market") or _("Nobody is on the cultivation list of this market.")
    if len(found) > MOST_LINES:
        errors["market"] = _("The list would have more than %(count)s lines.") % {"count": MOST_LINES}
    if errors:
        raise Invalid(errors)
    return found


def _line(batch: RecommendationBatch, place: int, project: ListingProject) -> BatchLine:
    own = project.enterprise
    return BatchLine(
        batch=batch,
        position=place,
        project=project,
        enterprise_name=own.name_zh,
        uscc=own.uscc or "",
        province=own.province.name_zh if own.province else "",
        industry=own.industry.name_zh if own.industry else "",
        cultivated_from=project.stage_on,
    )


def leave_out(*, actor: Any, batch: RecommendationBatch, positions: Iterable[int], reason: str) -> int:
    """Take lines out of a draft, with the reason. Returns how many."""
    rules.can_work(actor, batch).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    with transaction.atomic():
        fresh = RecommendationBatch.objects.select_for_update().get(pk=batch.pk)
        if fresh.state != BatchState.DRAFT or waiting(fresh) is not None:
            raise Refused(_("A list that waits for the second person, or is signed off, is not changed any more."))
        chosen = fresh.lines.filter(position__in=list(positions))
        names = list(chosen.order_by("position").values_list("enterprise_name", flat=True))
        if not names:
            raise Invalid(_("Choose lines to leave out."))
        chosen.delete()
        audit.record(fresh, "finance.listing_batch.leave_out", actor=actor, reason=reason, extra={"left_out": names})
    return len(names)


# --- signing off -----------------------------------------------------------------------------
def propose(*, actor: Any, batch: RecommendationBatch, reason: str = "") -> Proposal:
    return audit.propose(batch, "sign", actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, batch: RecommendationBatch) -> RecommendationBatch:
    """A second person signs: the papers are made and kept, their digests stand in the audit chain, the receiver sees the batch."""
    proposal = waiting(batch)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    rules.can_work(actor, batch).require()
    pdf, xlsx = papers.papers(batch, [proposal.proposed_by, actor], clock.now())
    changes = {**_kept(batch, "pdf", pdf), **_kept(batch, "xlsx", xlsx)}
    audit.confirm(proposal, batch, actor=actor, changes=changes)
    return batch


def _kept(batch: RecommendationBatch, kind: str, content: bytes) -> dict[str, str]:
    digest = hashlib.sha256(content).hexdigest()
    name = default_storage.save(f"listings/batches/{batch.number}-{digest[:12]}.{kind}", ContentFile(content))
    return {kind: name, f"{kind}_sha256": digest}


def waiting(batch: RecommendationBatch) -> Proposal | None:
    label = batch._meta.label_lower
    return Proposal.objects.filter(object_type=label, object_id=str(batch.pk), verb="sign", state=ProposalState.OPEN).first()


def drop(*, actor: Any, batch: RecommendationBatch, reason: str) -> RecommendationBatch:
    if waiting(batch) is not None:
        raise Refused(_("The list waits for the second person. Withdraw the proposal first."))
    audit.transition(batch, "drop", actor=actor, reason=reason)
    return batch


# --- what came back --------------------------------------------------------------------------
def answer(*, actor: Any, line: BatchLine, answer: str, text: str = "", on: date | None = None) -> BatchLine:
    """What the receiver says of one enterprise; it may change its mind, and each answer stays in the record."""
    rules.can_answer(actor, line.batch).require()
    day = on or clock.today()
    errors = {}
    if answer not in set(Answer.values) - {Answer.WAITING}:
        errors["answer"] = _("Choose one of the values.")
    if answer in {Answer.DECLINED, Answer.LATER} and not text.strip():
        errors["text"] = _("Say why: the enterprise reads it.")
    if day > clock.today() or (line.batch.signed_on and day < line.batch.signed_on):
        errors["on"] = _("Give a day between the sign-off and today.")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        line.answer, line.answer_text, line.answered_by, line.answered_on = answer, text.strip()[:1000], actor, day
        line.save(update_fields=["answer", "answer_text", "answered_by", "answered_on"])
        audit.record(line, "finance.listing_batch.answer", actor=actor, reason=text)
    return line
