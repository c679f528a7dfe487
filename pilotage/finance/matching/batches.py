"""Lists for re-lending: composed from titles or a directory on a day, signed off by two people, handed out in the bank's columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory.models import Directory
from pilotage.finance.facts.reckoned import TITLE_NAMES
from pilotage.finance.matching import batch_lines, paper_rules
from pilotage.finance.matching import columns as bank_columns
from pilotage.finance.matching.enums import BatchBasis, BatchState
from pilotage.finance.matching.numbers import numbered
from pilotage.finance.matching.paper_models import ColumnTemplate, RelendingBatch, RelendingLine


# --- composing -------------------------------------------------------------------------------
def compose(
    *, actor: Any, organisation: Organisation, basis: str, source: str, as_of: date, title_zh: str, title_en: str = "", region: str = ""
) -> RelendingBatch:
    """A draft with everybody who held the title, or had an entry in force, on that day. ``region``: a province, all when blank."""
    paper_rules.can_compose(actor, None).require()
    _check(organisation, basis, source, as_of, title_zh)
    batch = RelendingBatch(
        organisation=organisation,
        basis=basis,
        source=source,
        as_of=as_of,
        region=region,
        title_zh=title_zh.strip()[:150],
        title_en=title_en.strip()[:200],
        columns=columns_of(organisation),
        created_by=actor,
        created_at=clock.now(),
    )

    def written(row: RelendingBatch) -> None:
        batch_lines.fill(row)
        audit.record(row, "finance.relending_batch.compose", actor=actor)

    return numbered(batch, written)


def _check(organisation: Organisation, basis: str, source: str, as_of: date | None, title: str) -> None:
    errors = {}
    if organisation.kind != OrganisationKind.FINANCE:
        errors["organisation"] = _("Choose a financial institution.")
    if basis not in BatchBasis.values:
        errors["basis"] = _("Choose one of the values.")
    elif basis == BatchBasis.TITLES and source not in TITLE_NAMES:
        errors["source"] = _("Choose a title.")
    elif basis == BatchBasis.PROJECTS and not Directory.objects.filter(slug=source).exists():
        errors["source"] = _("Choose a directory.")
    if as_of is None or as_of > clock.today():
        errors["as_of"] = _("Give a day that is not ahead.")
    if not title.strip():
        errors["title_zh"] = _("Give the list a name in Chinese.")
    if errors:
        raise Invalid(errors)


def leave_out(*, actor: Any, batch: RelendingBatch, positions: Iterable[int], reason: str) -> int:
    """Take lines out of a draft, with the reason. What a proposal waits on is not changed any more. Returns how many."""
    paper_rules.can_compose(actor, batch).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    with transaction.atomic():
        fresh = RelendingBatch.objects.select_for_update().get(pk=batch.pk)
        if fresh.state != BatchState.DRAFT or waiting(fresh) is not None:
            raise Refused(_("A list that waits for the second person, or is signed off, is not changed any more."))
        chosen = fresh.lines.filter(position__in=list(positions))
        names = list(chosen.order_by("position").values_list("enterprise_name", flat=True))
        if not names:
            raise Invalid(_("Choose lines to leave out."))
        chosen.delete()
        audit.record(fresh, "finance.relending_batch.leave_out", actor=actor, reason=reason, extra={"left_out": names})
    return len(names)


# --- signing off -----------------------------------------------------------------------------
def propose(*, actor: Any, batch: RelendingBatch, reason: str = "") -> Proposal:
    return audit.propose(batch, "freeze", actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, batch: RelendingBatch) -> RelendingBatch:
    """A second person signs the list off; from now on it never changes. Facts that it bears on are reckoned anew."""
    proposal = waiting(batch)
    if proposal is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    audit.confirm(proposal, batch, actor=actor)
    from pilotage.finance.facts.rows import refresh_rows

    if batch.basis == BatchBasis.PROJECTS:
        refresh_rows(batch.lines.values_list("enterprise_id", flat=True))
    return batch


def waiting(batch: RelendingBatch) -> Proposal | None:
    label = batch._meta.label_lower
    return Proposal.objects.filter(object_type=label, object_id=str(batch.pk), verb="freeze", state=ProposalState.OPEN).first()


def drop(*, actor: Any, batch: RelendingBatch, reason: str) -> RelendingBatch:
    if waiting(batch) is not None:
        raise Refused(_("The list waits for the second person. Withdraw the proposal first."))
    audit.transition(batch, "drop", actor=actor, reason=reason)
    return batch


# --- the bank's columns ----------------------------------------------------------------------
def set_columns(*, actor: Any, organisation: Organisation, columns: Sequence[Any]) -> ColumnTemplate:
    """``columns``: ``[{"field", "title"}]`` in order. Lists made from now on use them."""
    paper_rules.can_set_columns(actor, organisation).require()
    kept = bank_columns.checked(columns)
    with transaction.atomic():
        template, _made = ColumnTemplate.objects.update_or_create(
            organisation=organisation, defaults={"columns": kept, "updated_by": actor, "updated_at": clock.now()}
        )
        audit.record(template, "finance.columns.set", actor=actor)
    return template


def columns_of(organisation: Organisation) -> list[dict[str, str]]:
    found = ColumnTemplate.objects.filter(organisation=organisation).first()
    return list(found.columns) if found else bank_columns.usual()


# --- for the facts ---------------------------------------------------------------------------
def on_project_list(ids: Sequence[int], on: date) -> dict[int, bool]:
    """Whether an enterprise stood on a project list signed off by that day; where no list was, nothing is known. Two queries."""
    frozen = RelendingBatch.objects.filter(basis=BatchBasis.PROJECTS, state=BatchState.FROZEN, frozen_on__lte=on)
    if not frozen.exists():
        return {}
    held = set(RelendingLine.objects.filter(batch__in=frozen, enterprise__in=ids).order_by().values_list("enterprise_id", flat=True))
    return {enterprise: True for enterprise in ids if enterprise in held}
