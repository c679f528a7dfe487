"""Writes of work reports: draft, new figures, texts, review, signing, archive. Sending and schedule: ``work_sending``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal
from pilotage.audit.services import confirm, propose, record, transition, withdraw_proposal
from pilotage.core import clock
from pilotage.core.one_state import one_state
from pilotage.core.verdict import Conflict, Invalid
from pilotage.reports.papers import periods as work_periods
from pilotage.reports.papers import rules as work_rules
from pilotage.reports.papers.checks import open_proposal, text_fault
from pilotage.reports.papers.compare import Difference, differences
from pilotage.reports.papers.enums import FileKind
from pilotage.reports.papers.files import files_of
from pilotage.reports.papers.gather import gather
from pilotage.reports.papers.models import ReportData, ReportFile, TextBlock, WorkReport, WorkTemplate
from pilotage.reports.papers.selectors import data_of, periods_of, previous_content
from pilotage.reports.papers.sources import Sources

MOST_CHARACTERS = 20_000


# --- drafts ---------------------------------------------------------------------------------
def draft_report(*, actor: Any, template: WorkTemplate, period: str, as_of: date | None = None, reader: Any = None) -> WorkReport:
    """A draft with its figures. Raises Invalid (period, day) or Conflict (there is one already).

    ``actor`` None is the schedule; what is on its way is then counted as ``reader`` may see it, who set the schedule up.
    """
    if actor is not None:
        work_rules.can_prepare(actor).require()
    if not template.is_current:
        raise Invalid({"template": _("The plan folder no longer has this template.")})
    span = next((each for each in periods_of(template) if each.key == period), None)
    if span is None:
        raise Invalid({"period": _("Choose a period that lies in the plan and has begun.")})
    day = _day_of(span, as_of)
    report = WorkReport(
        plan=template.plan,
        template=template,
        content=template.content,
        period=span.key,
        last_day=span.last,
        as_of=day,
        created_by=actor,
        created_at=clock.now(),
    )
    content = _gathered(report, actor or reader)
    try:
        with transaction.atomic():
            report.save()
            _write_data(report, content, actor, 1)
            _write_texts(report)
            record(report, "work_report.draft", actor=actor)
    except IntegrityError as error:
        raise Conflict(_("There is a report on this period already.")) from error
    return report


def _day_of(span: work_periods.Period, as_of: date | None) -> date:
    """The last day of the period unless another is named; never one that has not come."""
    latest = min(span.last, clock.today())
    if as_of is not None and not span.first <= as_of <= clock.today():
        raise Invalid({"as_of": _("Choose a day from the beginning of the period until today.")})
    return as_of or latest


def _gathered(report: WorkReport, reader: Any) -> dict[str, Any]:
    with one_state():
        sources = Sources(report.plan, report.content, report.span, report.as_of, reader=reader, previous=previous_content(report))
        return gather(sources, report.languages)


def _write_data(report: WorkReport, content: dict[str, Any], actor: Any, number: int) -> ReportData:
    packed, digest = ReportData.pack(content)
    data = ReportData.objects.create(
        report=report, number=number, as_of=report.as_of, packed=packed, digest=digest, made_by=actor, made_at=clock.now()
    )
    record(data, "work_report.figures", actor=actor)
    return data


def _write_texts(report: WorkReport) -> None:
    parts = [part for part in report.content["parts"] if part["kind"] == "text"]
    TextBlock.objects.bulk_create(
        TextBlock(report=report, key=part["key"], language=language, text=part["default"][language[:2]].strip())
        for part in parts
        for language in report.languages
    )


# --- new figures ----------------------------------------------------------------------------
def regenerate(*, actor: Any, report: WorkReport, as_of: date | None = None) -> list[Difference]:
    """Count again; texts stay as they are. Returns what is different from the figures before."""
    work_rules.can_edit(actor, report).require()
    report.as_of = _day_of(report.span, as_of)
    content = _gathered(report, actor)
    with transaction.atomic():
        locked = WorkReport.objects.select_for_update().get(pk=report.pk)
        work_rules.can_edit(actor, locked).require()
        before = data_of(report)
        last = report.generations.aggregate(last=Max("number"))["last"] or 0
        report.save(update_fields=["as_of"])
        _write_data(report, content, actor, last + 1)
    return differences(before.read() if before else {}, content)


# --- texts ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TextClash:
    """Somebody saved another text since ``base_version``; nothing was written."""

    yours: str
    theirs: TextBlock


def edit_text(*, actor: Any, report: WorkReport, key: str, language: str, text: str, base_version: int) -> TextBlock | TextClash:
    """Keep a text of a draft. Raises Invalid where a field could not be filled in."""
    work_rules.can_edit(actor, report).require()
    text = "\n".join(line.rstrip() for line in text.splitlines()).strip()
    if len(text) > MOST_CHARACTERS:
        raise Invalid({"text": _("The text is longer than %(limit)s characters.") % {"limit": MOST_CHARACTERS}})
    if fault := text_fault(report, text):
        raise Invalid({"text": fault})
    with transaction.atomic():
        locked = WorkReport.objects.select_for_update().get(pk=report.pk)
        work_rules.can_edit(actor, locked).require()
        block = report.texts.select_for_update(of=("self",)).select_related("edited_by").get(key=key, language=language)
        if block.text == text:
            return block
        if block.version != base_version:
            return TextClash(text, block)
        block.text, block.version, block.edited_by, block.edited_at = text, block.version + 1, actor, clock.now()
        block.save(update_fields=["text", "version", "edited_by", "edited_at"])
        record(block, "work_report.text", actor=actor)
    return block


# --- review, signing, archive ---------------------------------------------------------------
def submit_report(*, actor: Any, report: WorkReport) -> WorkReport:
    transition(report, "submit", actor=actor)
    return report


def return_report(*, actor: Any, report: WorkReport, reason: str) -> WorkReport:
    transition(report, "return", actor=actor, reason=reason)
    return report


def propose_signing(*, actor: Any, report: WorkReport, reason: str = "") -> Proposal:
    return propose(report, "sign", actor=actor, reason=reason)


def withdraw_signing(*, actor: Any, report: WorkReport) -> None:
    withdraw_proposal(_waiting(report), actor=actor)


def confirm_signing(*, actor: Any, report: WorkReport, reason: str = "") -> WorkReport:
    """A second person signs: the files are made first, then kept with their digests together with the new state.

    Raises ``documents.DocumentError`` where a file cannot be made; nothing is signed then.
    """
    work_rules.can_prepare(actor).require()
    proposal, now = _waiting(report), clock.now()
    data = data_of(report)
    if data is None:
        raise Conflict(_("The report has no figures."))
    made = files_of(report, data, signed_at=now)
    with transaction.atomic():
        confirm(proposal, report, actor=actor, reason=reason, changes={"signings": report.signings + 1, "signed_at": now})
        for kind, language, content in made:
            _keep(report, kind, language, content, now, actor)
    return report


def _keep(report: WorkReport, kind: FileKind, language: str, content: bytes, now: datetime, actor: Any) -> None:
    kept = ReportFile.objects.create(
        report=report,
        signing=report.signings,
        kind=kind,
        language=language,
        content=content,
        size=len(content),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        made_at=now,
    )
    record(kept, "work_report.file", actor=actor)


def _waiting(report: WorkReport) -> Proposal:
    proposal = open_proposal(report)
    if proposal is None:
        raise Conflict(_("Nobody has proposed to sign this report, or the proposal was withdrawn."))
    return proposal


def archive_report(*, actor: Any, report: WorkReport) -> WorkReport:
    transition(report, "archive", actor=actor)
    return report


def reopen_report(*, actor: Any, report: WorkReport, reason: str) -> WorkReport:
    """Back to draft; the files that were signed stay."""
    transition(report, "reopen", actor=actor, reason=reason)
    return report
