"""Writes of the working text: from the folder, chapter by chapter, and under which number it is to be issued."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.models import Plan
from pilotage.publications.guidelines import rules
from pilotage.publications.guidelines.checks import text_fault
from pilotage.publications.guidelines.models import LANGUAGES, SHORT, Chapter, Guideline

MOST_CHARACTERS = 100_000
MOST_CHAPTERS = 60


@dataclass(frozen=True, slots=True)
class TextClash:
    """Somebody saved another text meanwhile; nothing was written."""

    yours: str
    theirs: Chapter


# --- the guideline --------------------------------------------------------------------------
def create(*, actor: Any, plan: Plan, values: Mapping[str, str]) -> Guideline:
    """An empty guideline. ``values``: ``title_zh``, ``title_en``, ``slug``, ``language``. Raises ``Invalid``."""
    rules.can_write(actor).require()
    given = {name: str(values.get(name, "")).strip() for name in ("title_zh", "title_en", "slug", "language")}
    errors = {"title_zh": _("Give the title.")} if not given["title_zh"] or len(given["title_zh"]) > 300 else {}
    if not given["slug"] or slugify(given["slug"]) != given["slug"] or len(given["slug"]) > 80:
        errors["slug"] = _("Small letters and digits, joined by hyphens.")
    if given["language"] not in LANGUAGES:
        errors["language"] = _("Choose one of the list.")
    if errors:
        raise Invalid(errors)
    try:
        with transaction.atomic():
            made = Guideline.objects.create(plan=plan, created_at=clock.now(), **given)
            record(made, "guideline.create", actor=actor)
    except IntegrityError:
        raise Invalid({"slug": _("There is a guideline of this name already.")}) from None
    return made


def set_issue(*, actor: Any, guideline: Guideline, number: str, issued_on: str, as_of: str) -> Guideline:
    """Under which number and on which day the next revision is issued, with figures of which day."""
    rules.can_edit(actor, guideline).require()
    errors: dict[str, str] = {}
    number = number.strip()
    if not number or len(number) > 60:
        errors["number"] = _("Give the number, at most 60 characters.")
    days = {"issued_on": _day(issued_on), "as_of": _day(as_of)}
    errors |= {name: _("This is no day.") for name, day in days.items() if day is None}
    if days["as_of"] is not None and days["as_of"] > clock.today():
        errors["as_of"] = _("Figures of a day that has not come cannot be counted.")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        locked = _locked(actor, guideline)
        locked.next_number, locked.next_issued_on, locked.next_as_of = number, days["issued_on"], days["as_of"]
        locked.save(update_fields=["next_number", "next_issued_on", "next_as_of"])
        record(locked, "guideline.number", actor=actor)
    return locked


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- chapters -------------------------------------------------------------------------------
def base_of(text: str) -> str:
    """By which a browser says which text it began from."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def edit_text(*, actor: Any, guideline: Guideline, key: str, language: str, text: str, base: str) -> Chapter | TextClash:
    """Keep a chapter's text in one language; a text that cannot be set yet is kept all the same, as long as it is one.

    Raises ``Invalid`` where it is too long; what is wrong in it is said beside it and before it is laid open.
    """
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > MOST_CHARACTERS:
        raise Invalid({"text": _("The text is longer than %(limit)s characters.") % {"limit": MOST_CHARACTERS}})
    with transaction.atomic():
        locked = _locked(actor, guideline)
        chapter = locked.chapters.select_for_update(of=("self",)).select_related("edited_by").get(key=key)
        stored = chapter.text(language)
        if stored == text:
            return chapter
        if base_of(stored) != base:
            return TextClash(text, chapter)
        _write(chapter, actor, **{f"text_{SHORT[language]}": text})
    return chapter


def _write(chapter: Chapter, actor: Any, **values: Any) -> None:
    values |= {"version": chapter.version + 1, "edited_by": actor, "edited_at": clock.now()}
    for name, value in values.items():
        setattr(chapter, name, value)
    chapter.save(update_fields=list(values))
    record(chapter, "guideline.chapter", actor=actor)


def add_chapter(*, actor: Any, guideline: Guideline, values: Mapping[str, str]) -> Chapter:
    """At the end. ``values``: ``key``, ``title_zh``, ``title_en``."""
    titles = _titles(values)
    key = str(values.get("key", "")).strip()
    if not key or slugify(key) != key or len(key) > 40:
        raise Invalid({"key": _("Small letters and digits, joined by hyphens.")})
    with transaction.atomic():
        locked = _locked(actor, guideline)
        if locked.chapters.filter(key=key).exists():
            raise Invalid({"key": _("There is a chapter of this name already.")})
        if locked.chapters.count() >= MOST_CHAPTERS:
            raise Invalid(_("A guideline has at most %(count)d chapters.") % {"count": MOST_CHAPTERS})
        last = locked.chapters.aggregate(last=Max("position"))["last"]
        made = Chapter.objects.create(guideline=locked, key=key, position=0 if last is None else last + 1, **titles)
        record(made, "guideline.chapter_add", actor=actor)
    return made


def rename_chapter(*, actor: Any, guideline: Guideline, key: str, values: Mapping[str, str]) -> Chapter:
    titles = _titles(values)
    with transaction.atomic():
        chapter = _locked(actor, guideline).chapters.get(key=key)
        _write(chapter, actor, **titles)
    return chapter


def move_chapter(*, actor: Any, guideline: Guideline, key: str, by: int) -> None:
    """One place up (-1) or down (1)."""
    with transaction.atomic():
        locked = _locked(actor, guideline)
        rows = list(locked.chapters.order_by("position", "id"))
        here = next(index for index, chapter in enumerate(rows) if chapter.key == key)
        there = here + by
        if not 0 <= there < len(rows):
            return
        rows[here], rows[there] = rows[there], rows[here]
        for position, chapter in enumerate(rows):
            chapter.position = position
        Chapter.objects.bulk_update(rows, ["position"])
        record(rows[there], "guideline.chapter_move", actor=actor)


def remove_chapter(*, actor: Any, guideline: Guideline, key: str) -> None:
    with transaction.atomic():
        chapter = _locked(actor, guideline).chapters.get(key=key)
        record(chapter, "guideline.chapter_remove", actor=actor)
        chapter.delete()


def take_over(*, actor: Any, guideline: Guideline, key: str) -> Chapter:
    """Replace what was edited here by the text of the plan folder."""
    with transaction.atomic():
        chapter = _locked(actor, guideline).chapters.get(key=key)
        _write(chapter, actor, text_zh=chapter.origin_zh, text_en=chapter.origin_en)
    return chapter


def chapter_faults(chapter: Chapter, language: str) -> str:
    return text_fault(chapter.text(language))


def _titles(values: Mapping[str, str]) -> dict[str, str]:
    given = {name: str(values.get(name, "")).strip() for name in ("title_zh", "title_en")}
    if not given["title_zh"] or max(map(len, given.values())) > 300:
        raise Invalid({"title_zh": _("Give the title.")})
    return given


def _locked(actor: Any, guideline: Guideline) -> Guideline:
    """The row as it is now, held until the end of the transaction, if the actor may still change it."""
    found = Guideline.objects.select_for_update().filter(pk=guideline.pk).first()
    if found is None:
        raise Conflict(_("This guideline is not there any more. Reload the page."))
    rules.can_edit(actor, found).require()
    return found
