"""Every write about reported figures: entering, answering, handing in, approving, unlocking, correcting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.statistics import rules
from pilotage.statistics.definition import Definition, shown
from pilotage.statistics.enums import ReturnState
from pilotage.statistics.models import DataSet, Flag, Return
from pilotage.statistics.reporters import Reporter, reporters_of
from pilotage.statistics.screening import screen
from pilotage.statistics.selectors import around
from pilotage.statistics.spans import Span, span_of
from pilotage.statistics.writing import Written, begun, decide, write_figures

S = ReturnState


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says of one reporter and period; ``figures`` as typed, by element code. ``edition``: what was on screen."""

    reporter: str
    period: str
    figures: Mapping[str, Any]
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    report: Return
    written: list[Written] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)


class BadEntries(Invalid):
    """``faults``: (reporter, period, element) -> sentence; element '' for the whole entry."""

    def __init__(self, faults: Mapping[tuple[str, str, str], str]) -> None:
        self.faults = dict(faults)
        super().__init__({"|".join(key): sentence for key, sentence in faults.items()})


def save_entries(*, actor: Any, data_set: DataSet, entries: Sequence[Entry], why: str = "") -> list[Saved]:
    """All or nothing. Raises :class:`BadEntries` with every fault, ``Refused`` or ``Conflict``."""
    reporters = {reporter.code: reporter for reporter in reporters_of(data_set)}
    faults: dict[tuple[str, str, str], str] = {}
    refused: list[Refused] = []
    saved = []
    with transaction.atomic():
        for entry in sorted(entries, key=lambda entry: (entry.reporter, entry.period)):
            try:
                saved.append(_save(actor, data_set, reporters, entry, why))
            except Invalid as error:
                faults |= {(entry.reporter, entry.period, code): sentence for code, sentence in error.errors.items()}
            except Refused as error:
                refused.append(error)
                faults[entry.reporter, entry.period, ""] = str(error)
        if refused and len(refused) == len(entries):
            raise refused[0]
        if faults:
            raise BadEntries(faults)
    return [each for each in saved if each is not None]


def save_figures(
    *, actor: Any, data_set: DataSet, reporter: str, period: str, figures: Mapping[str, Any], edition: int | None = None, why: str = ""
) -> Saved:
    """One reporter, one period. Raises ``Invalid`` by element."""
    try:
        saved = save_entries(actor=actor, data_set=data_set, entries=[Entry(reporter, period, figures, edition)], why=why)
    except BadEntries as error:
        raise Invalid({code: sentence for (_reporter, _period, code), sentence in error.faults.items()}) from None
    if not saved:
        raise Invalid({"": _("No figure is given.")})
    return saved[0]


def _save(actor: Any, data_set: DataSet, reporters: Mapping[str, Reporter], entry: Entry, why: str) -> Saved | None:
    """None where nothing is said of a period that nobody has begun."""
    reporter = reporters.get(entry.reporter)
    if reporter is None:
        raise Invalid({"": _("“%(code)s” does not report this data set.") % {"code": entry.reporter[:60]}})
    rules.may_report_for(actor, data_set.definition, reporter).require()
    span = _span(data_set.definition, entry.period)
    if _says_nothing(entry) and not data_set.returns.filter(reporter=reporter.code, starts_on=span.starts_on).exists():
        return None
    report = _opened(actor, data_set, reporter, span)
    rules.may_report(actor, report).require()
    if not report.is_open_to_reporter:
        if _differs(report, cleaned(report.version.definition, entry.figures)):
            raise Invalid({"": _("This return has been handed in. It can be changed once it is returned or unlocked.")})
        return Saved(report)
    if entry.edition is not None and entry.edition != report.edition:
        raise Conflict(_("Somebody else has changed these figures meanwhile. Reload the page; nothing was saved."))
    figures = cleaned(report.version.definition, entry.figures)
    _check(report, figures)
    if report.state == S.UNLOCKED and not why.strip() and _differs(report, figures):
        raise Invalid({"why": _("Say why figures that were approved are changed.")})
    written = write_figures(report, figures, actor=actor, why=why.strip())
    if not written and report.edition:
        return Saved(report, [], list(report.flags.all()))
    _raise_edition(report)
    flags = screen(report)
    changes = {each.element: [each.before, each.after] for each in written}
    record(report, "return.save", actor=actor, reason=why.strip(), extra={"changes": changes})
    return Saved(report, written, flags)


def _says_nothing(entry: Entry) -> bool:
    return bool(entry.figures) and all(raw is None or not str(raw).strip() for raw in entry.figures.values())


def _span(definition: Definition, key: str) -> Span:
    try:
        span = span_of(key)
    except ValueError:
        raise Invalid({"": _("“%(period)s” is no period.") % {"period": key[:20]}}) from None
    if not definition.takes(span, clock.today()):
        raise Invalid({"": _("“%(period)s” cannot be reported: it is not over yet, or not asked for.") % {"period": key}})
    return span


def _opened(actor: Any, data_set: DataSet, reporter: Reporter, span: Span) -> Return:
    """The return, begun now where there is none, locked for this transaction."""
    try:
        with transaction.atomic():
            begun(data_set, reporter, span, begun_by=reporter.code if reporter.code in rules.own_codes(actor) else reporter.province or "")
    except IntegrityError as error:
        raise Conflict(_("Somebody else has changed these figures meanwhile. Reload the page; nothing was saved.")) from error
    rows = Return.objects.select_for_update(of=("self",)).select_related("version", "data_set")
    return rows.get(data_set=data_set, reporter=reporter.code, starts_on=span.starts_on)


def cleaned(definition: Definition, figures: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Raises ``Invalid`` with every figure that does not fit."""
    found: dict[str, Decimal | None] = {}
    faults: dict[str, str] = {}
    for code, raw in figures.items():
        element = definition.elements.get(code)
        if element is None:
            faults[code] = _("“%(code)s” is no element of this data set.") % {"code": code[:60]}
            continue
        try:
            found[code] = element.clean(raw)
        except Invalid as error:
            faults |= error.errors
    if faults:
        raise Invalid(faults)
    return found


def _check(report: Return, figures: Mapping[str, Decimal | None]) -> None:
    before, after = around(report)
    faults = report.version.definition.faults({**_current(report), **figures}, before, after)
    if faults:
        raise Invalid(faults)


def _current(report: Return) -> dict[str, Decimal | None]:
    return {value.element: value.current for value in report.values.all()}


def _differs(report: Return, figures: Mapping[str, Decimal | None]) -> bool:
    current = _current(report)
    return any(current.get(code) != figure for code, figure in figures.items())


def _raise_edition(report: Return) -> None:
    if not Return.objects.filter(pk=report.pk, edition=report.edition).update(edition=F("edition") + 1):
        raise Conflict(_("Somebody else has changed these figures meanwhile. Reload the page; nothing was saved."))
    report.edition += 1


def answer_flags(*, actor: Any, report: Return, answers: Mapping[int, str]) -> int:
    """What the reporter says to unusual figures; ``answers`` by the flag's id. Blank leaves a question open."""
    rules.may_report(actor, report).require()
    if not report.is_open_to_reporter:
        raise Refused(_("This return has been handed in. It can be changed once it is returned or unlocked."))
    given = [(flag, answers[flag.pk].strip()) for flag in report.flags.filter(pk__in=list(answers))]
    changed = [(flag, answer) for flag, answer in given if answer != flag.answer]
    with transaction.atomic():
        for flag, answer in changed:
            flag.answer, flag.answered_by, flag.answered_at = answer[:2000], actor, clock.now()
            flag.save(update_fields=["answer", "answered_by", "answered_at"])
            record(flag, "flag.answer", actor=actor, reason=flag.answer)
    return len(changed)


def hand_in(*, actor: Any, report: Return) -> Return:
    """Submit, or resubmit what came back."""
    verb = "submit" if report.state == S.DRAFT else "resubmit"
    transition(report, verb, actor=actor, changes={"submitted_at": clock.now(), "submitted_by": actor})
    return report


def send_back(*, actor: Any, report: Return, reason: str) -> Return:
    transition(report, "return", actor=actor, reason=reason)
    return report


def approve(*, actor: Any, report: Return, note: str = "") -> Return:
    """The approval of the level whose turn it is; the last one locks the figures and lets them count."""
    is_last = rules.turn(report) == report.version.definition.approved_by[-1]
    with transaction.atomic():
        if is_last:
            transition(report, "approve", actor=actor, reason=note, changes={"decided_at": clock.now()})
            decide(report, actor=actor, why=note)
        else:
            transition(report, "endorse", actor=actor, reason=note)
    return report


def approve_many(*, actor: Any, reports: Sequence[Return]) -> tuple[list[Return], dict[Return, str]]:
    """Each by itself: those approved, and why the others were not."""
    done: list[Return] = []
    refused: dict[Return, str] = {}
    for report in reports:
        try:
            done.append(approve(actor=actor, report=report))
        except (Invalid, Refused, Conflict) as error:
            refused[report] = str(error)
    return done, refused


def unlock(*, actor: Any, report: Return, reason: str) -> Return:
    """The figures approved before count until new ones are approved."""
    transition(report, "unlock", actor=actor, reason=reason)
    return report


def correct(*, actor: Any, report: Return, figures: Mapping[str, Any], reason: str) -> list[Written]:
    """The secretariat's own correction of locked figures; what was said before is kept and shown beside it."""
    found = cleaned(report.version.definition, figures)
    with transaction.atomic():
        _check(report, found)
        if not _differs(report, found):
            raise Invalid({"": _("Nothing differs from what is locked.")})
        before = {code: shown(value) for code, value in _current(report).items()}
        transition(report, "correct", actor=actor, reason=reason, changes={"decided_at": clock.now()}, extra={"before": before})
        written = write_figures(report, found, actor=actor, why=reason.strip())
        decide(report, actor=actor, why=reason.strip())
        _raise_edition(report)
    return written
