"""Writes of case sets: begin, choose and order the cases, compile, issue by two people, withdraw."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal
from pilotage.audit.services import confirm, propose, record, withdraw_proposal
from pilotage.core import clock, markup
from pilotage.core.documents import DocumentError
from pilotage.core.one_state import one_state
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.models import Plan
from pilotage.publications.books.compiling import compile as compiled
from pilotage.publications.books.enums import CaseSetState, SetLanguage
from pilotage.publications.books.model import KINDS, Book, BookError, Kind
from pilotage.publications.books.models import CaseSet, CaseSetFile, CaseSetItem
from pilotage.publications.books.plan_styles import style_of
from pilotage.publications.books.rules import can_change, can_make, open_proposal
from pilotage.publications.books.sets import book_of, contents_of, used_of
from pilotage.publications.books.style import Style
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import published_cases

TEXTS = ("title_zh", "title_en", "subtitle_zh", "subtitle_en", "foreword_zh", "foreword_en", "number")
LONGEST = {"title_zh": 200, "title_en": 200, "subtitle_zh": 200, "subtitle_en": 200, "number": 60}
MOST_CASES = 500
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def begin(*, actor: Any, plan: Plan, values: Mapping[str, str]) -> CaseSet:
    can_make(actor).require()
    slug = values.get("slug", "").strip()
    if not _SLUG.fullmatch(slug) or len(slug) > 80:
        raise Invalid({"slug": _("Small letters and digits, joined by hyphens.")})
    if CaseSet.objects.filter(slug=slug).exists():
        raise Invalid({"slug": _("Another set has this name already.")})
    with transaction.atomic():
        made = CaseSet(plan=plan, slug=slug, created_at=clock.now(), **_cleaned(values))
        made.save(force_insert=True)
        record(made, "case_set.begin", actor=actor)
    return made


def change(*, actor: Any, case_set: CaseSet, values: Mapping[str, str]) -> CaseSet:
    """Title, foreword, language, number and day."""
    with transaction.atomic():
        fresh = _changeable(actor, case_set)
        for name, value in _cleaned(values).items():
            setattr(fresh, name, value)
        fresh.save()
        record(fresh, "case_set.change", actor=actor)
    return fresh


def _cleaned(values: Mapping[str, str]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {name: values.get(name, "").strip() for name in TEXTS}
    errors = {name: _("At most %(longest)d characters.") % {"longest": most} for name, most in LONGEST.items() if len(cleaned[name]) > most}
    if not cleaned["title_zh"]:
        errors["title_zh"] = _("Give the set a title.")
    for name in ("foreword_zh", "foreword_en"):
        try:
            markup.parse(cleaned[name])
        except markup.MarkupError as problem:
            errors[name] = problem.sentence
    cleaned["language"] = values.get("language") if values.get("language") in SetLanguage.values else SetLanguage.CHINESE
    cleaned["issued_on"] = _day(values.get("issued_on", ""), errors)
    if errors:
        raise Invalid(errors)
    return cleaned


def _day(text: str, errors: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors["issued_on"] = _("This is not a day.")
        return None


def choose(*, actor: Any, case_set: CaseSet, cases: Sequence[int]) -> CaseSet:
    """Exactly these cases, in this order. Only what is public can be chosen."""
    wanted = list(dict.fromkeys(cases))
    if len(wanted) > MOST_CASES:
        raise Invalid({"cases": _("A set holds at most %(most)d cases.") % {"most": MOST_CASES}})
    with transaction.atomic():
        fresh = _changeable(actor, case_set)
        known = {case.pk: case for case in published_cases().filter(pk__in=wanted)}
        if len(known) < len(wanted):
            raise Invalid({"cases": _("Choose among the published cases.")})
        fresh.items.all().delete()
        CaseSetItem.objects.bulk_create(CaseSetItem(case_set=fresh, case_id=pk, position=place) for place, pk in enumerate(wanted))
        fresh.is_fictional = any(case.is_fictional for case in known.values())
        fresh.save(update_fields=["is_fictional"])
        record(fresh, "case_set.choose", actor=actor, extra={"cases": [known[pk].number for pk in wanted]})
    return fresh


def move(*, actor: Any, case_set: CaseSet, case: CaseStudy, by: int) -> CaseSet:
    order = list(case_set.items.values_list("case_id", flat=True))
    if case.pk not in order:
        raise Invalid({"cases": _("This case is not in the set.")})
    place = order.index(case.pk)
    order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
    return choose(actor=actor, case_set=case_set, cases=order)


def _changeable(actor: Any, case_set: CaseSet) -> CaseSet:
    fresh = CaseSet.objects.select_for_update(of=("self",)).select_related("plan").get(pk=case_set.pk)
    can_change(actor, fresh).require()
    return fresh


# --- issue ----------------------------------------------------------------------------------
def propose_issue(*, actor: Any, case_set: CaseSet) -> Proposal:
    return propose(case_set, "issue", actor=actor)


def confirm_issue(*, actor: Any, case_set: CaseSet) -> None:
    """A second person; the files are compiled under the number next."""
    with transaction.atomic():
        confirm(_waiting(case_set, "issue"), case_set, actor=actor)
        want_files(case_set)


def propose_withdrawal(*, actor: Any, case_set: CaseSet, reason: str) -> Proposal:
    return propose(case_set, "withdraw", actor=actor, reason=reason)


def confirm_withdrawal(*, actor: Any, case_set: CaseSet) -> None:
    proposal = _waiting(case_set, "withdraw")
    confirm(proposal, case_set, actor=actor, reason=proposal.reason)


def take_back(*, actor: Any, case_set: CaseSet) -> None:
    can_make(actor).require()
    proposal = open_proposal(case_set)
    if proposal is None:
        raise Conflict(_("Nothing is proposed."))
    withdraw_proposal(proposal, actor=actor)


def _waiting(case_set: CaseSet, verb: str) -> Proposal:
    proposal = open_proposal(case_set)
    if proposal is None or proposal.verb != verb:
        raise Conflict(_("Nothing is proposed."))
    return proposal


# --- compiling ------------------------------------------------------------------------------
def request_files(*, actor: Any, case_set: CaseSet) -> None:
    can_make(actor).require()
    with transaction.atomic():
        want_files(case_set)
        record(case_set, "case_set.compile", actor=actor)


def want_files(case_set: CaseSet) -> None:
    """Compile in the background once the transaction holds."""
    from pilotage.publications.books.tasks import compile_set

    CaseSet.objects.filter(pk=case_set.pk).update(compile_wanted_at=clock.now(), compile_done=0, compile_fault="")
    transaction.on_commit(lambda: compile_set.enqueue(case_set.pk))


def make_files(*, case_set: CaseSet, style: Style | None = None) -> list[CaseSetFile]:
    """Every kind whose inputs changed; progress is written after each. A fault is kept as a sentence for the desk."""
    style = style or style_of(case_set.plan, "case_sets")
    with one_state():
        shown = contents_of(case_set)
        book = book_of(case_set, shown)
    inputs = inputs_of(book, style)
    made = []
    try:
        for done, kind in enumerate(KINDS, 1):
            if not case_set.files.filter(kind=kind, inputs=inputs).exists():
                made.append(_keep(case_set, kind, compiled(book, kind, style), inputs, used_of(shown)))
            CaseSet.objects.filter(pk=case_set.pk).update(compile_done=done)
    except (BookError, DocumentError) as fault:
        CaseSet.objects.filter(pk=case_set.pk).update(compile_fault=str(fault)[:1000], compiled_at=clock.now())
        return made
    CaseSet.objects.filter(pk=case_set.pk).update(compiled_at=clock.now(), compile_fault="")
    return made


def inputs_of(book: Book, style: Style) -> str:
    """Equal inputs give equal files."""
    return "sha256:" + hashlib.sha256(f"{book!r}{style.digest}".encode()).hexdigest()


def _keep(case_set: CaseSet, kind: Kind, content: bytes, inputs: str, used: dict[str, list[str]]) -> CaseSetFile:
    with transaction.atomic():
        kept = CaseSetFile.objects.filter(case_set=case_set, kind=kind).first() or CaseSetFile(case_set=case_set, kind=kind)
        storage, old = kept.file.storage, kept.file.name or ""
        kept.number = case_set.number if case_set.state == CaseSetState.ISSUED else ""
        kept.inputs, kept.used, kept.cases = inputs, used, len(used)
        kept.sha256, kept.size, kept.made_at = hashlib.sha256(content).hexdigest(), len(content), clock.now()
        kept.file.save("book", ContentFile(content), save=False)
        kept.save()
        record(kept, "case_set.file", actor=None, extra={"case_set": case_set.slug, "sha256": kept.sha256})
        if old and old != kept.file.name:
            transaction.on_commit(lambda: storage.delete(old))
    return kept
