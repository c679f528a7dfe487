"""Lists for re-lending: composed from titles or a directory on a day, signed off by two people, handed out in the bank's columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.tables import Column, write_xlsx
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Directory, Entry
from pilotage.directory.selectors.entries import in_force_on
from pilotage.finance.facts.reckoned import TITLE_NAMES, metric_of_title
from pilotage.finance.matching import columns as bank_columns
from pilotage.finance.matching import paper_rules
from pilotage.finance.matching.enums import BatchBasis, BatchState
from pilotage.finance.matching.numbers import numbered
from pilotage.finance.matching.paper_models import ColumnTemplate, RelendingBatch, RelendingLine
from pilotage.registry.models import Enterprise, Title

MOST_LINES = 20_000
_RELATED = ("province", "prefecture", "industry")


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
        _fill(row)
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


def _fill(batch: RelendingBatch) -> None:
    lines = titled(batch) if batch.basis == BatchBasis.TITLES else listed(batch)
    if len(lines) > MOST_LINES:
        raise Invalid(_("The list would have more than %(count)s lines. Narrow it to a province.") % {"count": f"{MOST_LINES:,}"})
    for position, line in enumerate(lines, 1):
        line.position = position
    RelendingLine.objects.bulk_create(lines, batch_size=500)


def titled(batch: RelendingBatch) -> list[RelendingLine]:
    """Once each enterprise, by the title of it that was granted last. Two queries."""
    day = batch.as_of
    rows = Title.objects.filter(Q(granted_on__isnull=True) | Q(granted_on__lte=day), Q(valid_until__isnull=True) | Q(valid_until__gte=day))
    found: dict[int, Title] = {}
    for title in _in_region(rows, batch, "enterprise__").order_by("granted_on", "id").iterator(2000):
        if metric_of_title(title.name) == batch.source:
            found[title.enterprise_id] = title
    enterprises = Enterprise.objects.filter(pk__in=found).select_related(*_RELATED)
    return [_line(batch, each, found[each.pk]) for each in sorted(enterprises, key=_place)]


def listed(batch: RelendingBatch) -> list[RelendingLine]:
    """Every entry that was in force that day, with its project. One query."""
    day = batch.as_of
    published = Entry.objects.filter(edition__directory__slug=batch.source, edition__state=EditionState.PUBLISHED, enterprise__isnull=False)
    rows = in_force_on(published, day)
    related = ("edition__directory", *(f"enterprise__{name}" for name in _RELATED))
    entries = list(_in_region(rows, batch, "enterprise__").select_related(*related).order_by("number"))
    return [_entry_line(batch, entry, entry.enterprise) for entry in entries if entry.enterprise is not None]


def _in_region(rows: QuerySet[Any], batch: RelendingBatch, prefix: str) -> QuerySet[Any]:
    return rows.filter(**{f"{prefix}province": batch.region}) if batch.region else rows


def _place(enterprise: Enterprise) -> tuple[str, str, int]:
    return (enterprise.province_id or "9", enterprise.prefecture_id or "9", enterprise.pk)


def _line(batch: RelendingBatch, enterprise: Enterprise, title: Title) -> RelendingLine:
    return RelendingLine(
        batch=batch,
        **_named(enterprise),
        ground=title.name,
        ground_number=title.batch,
        ground_from=title.granted_on,
        ground_until=title.valid_until,
    )


def _entry_line(batch: RelendingBatch, entry: Entry, enterprise: Enterprise) -> RelendingLine:
    return RelendingLine(
        batch=batch,
        **_named(enterprise),
        project=(entry.project_title or "")[:300],
        ground=str(entry.edition.directory.title_zh)[:200],
        ground_number=entry.number,
        ground_from=entry.listed_on,
    )


def _named(enterprise: Enterprise) -> dict[str, Any]:
    """As the register has it on the day the list is made."""
    return {
        "enterprise": enterprise,
        "enterprise_name": enterprise.name_zh,
        "uscc": enterprise.uscc or "",
        "province": enterprise.province.name_zh if enterprise.province else "",
        "city": enterprise.prefecture.name_zh if enterprise.prefecture else "",
        "industry": enterprise.industry.name_zh if enterprise.industry else "",
    }


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


def workbook(batch: RelendingBatch) -> bytes:
    """The list as an XLSX file in the bank's columns; of a list that is not signed off the first line says so."""
    own = batch.columns or bank_columns.usual()
    heads = [
        Column(
            each["title"], bank_columns.FIELDS[each["field"]][1], "yyyy-mm-dd" if each["field"].endswith(("from", "until", "as_of")) else ""
        )
        for each in own
    ]
    notes = [] if batch.state == BatchState.FROZEN else [_("Draft, not signed off")]
    return write_xlsx(heads, (bank_columns.cells(batch, line, own) for line in _numbered(batch)), title=batch.number, notes=notes)


def _numbered(batch: RelendingBatch) -> Iterator[RelendingLine]:
    """Counted through, for lines may have been left out."""
    for number, line in enumerate(batch.lines.order_by("position").iterator(2000), 1):
        line.position = number
        yield line


# --- for the facts ---------------------------------------------------------------------------
def on_project_list(ids: Sequence[int], on: date) -> dict[int, bool]:
    """Whether an enterprise stood on a project list signed off by that day; where no list was, nothing is known. Two queries."""
    frozen = RelendingBatch.objects.filter(basis=BatchBasis.PROJECTS, state=BatchState.FROZEN, frozen_on__lte=on)
    if not frozen.exists():
        return {}
    held = set(RelendingLine.objects.filter(batch__in=frozen, enterprise__in=ids).order_by().values_list("enterprise_id", flat=True))
    return {enterprise: True for enterprise in ids if enterprise in held}
