"""Writes of a comment round: laid open, commented on by whoever proves an address, each comment answered, the answers published."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.accounts.codes import register_purpose
from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.markup import parse, plain
from pilotage.core.verdict import Conflict, Invalid
from pilotage.publications.guidelines import rules
from pilotage.publications.guidelines.checks import current_round
from pilotage.publications.guidelines.content import frozen
from pilotage.publications.guidelines.models import SHORT, CommentRound, Guideline, GuidelineComment

PURPOSE = "guideline-comment"
FEWEST_DAYS, MOST_DAYS = 7, 120
MOST_CHARACTERS, MOST_QUOTED = 5000, 400
PER_EMAIL = 100  # comments of one address in a round
VERBS = ("adopt", "adopt_partly", "decline")


def register() -> None:
    from django.utils.translation import gettext_lazy

    register_purpose(PURPOSE, gettext_lazy("a comment on a draft guideline"))


# --- the round ------------------------------------------------------------------------------
def open_round(*, actor: Any, guideline: Guideline, closes_on: str) -> CommentRound:
    """Freeze the working text with today's figures and lay it open until ``closes_on``, that day included."""
    rules.can_edit(actor, guideline).require()
    closes = _closing(closes_on)
    today = clock.today()
    with transaction.atomic():
        transition(guideline, "open_round", actor=actor)
        last = guideline.rounds.aggregate(last=Max("number"))["last"] or 0
        made = CommentRound(guideline=guideline, number=last + 1, opened_at=clock.now(), closes_on=closes)
        made.freeze(frozen(guideline, today))
        made.save(force_insert=True)
        record(made, "comment_round.open", actor=actor)
    return made


def _closing(text: str) -> date:
    try:
        closes = date.fromisoformat(text)
    except ValueError:
        raise Invalid({"closes_on": _("This is no day.")}) from None
    if not FEWEST_DAYS <= (closes - clock.today()).days <= MOST_DAYS:
        shown = {"fewest": FEWEST_DAYS, "most": MOST_DAYS}
        raise Invalid({"closes_on": _("Comments are taken for %(fewest)d to %(most)d days from today.") % shown})
    return closes


def close_round(*, actor: Any, guideline: Guideline) -> CommentRound:
    found = _current(guideline)
    with transaction.atomic():
        transition(guideline, "close_round", actor=actor)
        found.closed_at = clock.now()
        found.save(update_fields=["closed_at"])
        record(found, "comment_round.close", actor=actor)
    return found


def publish_answers(*, actor: Any, guideline: Guideline, summary_zh: str, summary_en: str) -> CommentRound:
    """Every comment with its answer becomes public, under a summary; the guideline is a draft again."""
    found = _current(guideline)
    summaries = {"summary_zh": summary_zh.strip(), "summary_en": summary_en.strip()}
    if not summaries["summary_zh"] or max(map(len, summaries.values())) > MOST_CHARACTERS:
        raise Invalid(
            {"summary_zh": _("Sum up what came in and what became of it, in at most %(most)d characters.") % {"most": MOST_CHARACTERS}}
        )
    with transaction.atomic():
        transition(guideline, "publish_answers", actor=actor)
        found.summary_zh, found.summary_en, found.published_at = summaries["summary_zh"], summaries["summary_en"], clock.now()
        found.save(update_fields=["summary_zh", "summary_en", "published_at"])
        record(found, "comment_round.publish", actor=actor)
    return found


def _current(guideline: Guideline) -> CommentRound:
    found = current_round(guideline)
    if found is None:
        raise Conflict(_("No draft of this guideline is open for comments."))
    return found


# --- comments -------------------------------------------------------------------------------
def comment(*, round_: CommentRound, email: str, values: Mapping[str, Any]) -> GuidelineComment:
    """Keep a comment of the person who has proven ``email``. Raises ``Refused`` after the last day, ``Invalid`` with sentences by field.

    ``values``: ``text``, ``name``, ``organisation``, ``is_named``, ``language``, ``chapter``, ``paragraph``.
    """
    rules.can_comment(None, round_).require()
    given, errors = _cleaned(values)
    if errors:
        raise Invalid(errors)
    place = _place(round_, values)
    now = clock.now()
    with transaction.atomic():
        made = GuidelineComment(round=round_, number=secrets.token_hex(8), email=email, created_at=now, **given, **place)
        made.save(force_insert=True)
        made.number = f"GC{clock.today():%Y}-{made.pk:05d}"
        made.save(update_fields=["number"])
        record(made, "guideline_comment.submit", actor=None)  # holds the end of the chain, so those after it count this one
        if round_.comments.filter(email=email).count() > PER_EMAIL:
            raise Invalid(_("At most %(count)d comments come from one address.") % {"count": PER_EMAIL})
    return made


def _cleaned(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    given: dict[str, Any] = {name: str(values.get(name, "")).replace("\x00", "").strip() for name in ("text", "name", "organisation")}
    errors = {}
    if not given["text"]:
        errors["text"] = _("Write what should be different, and why.")
    elif len(given["text"]) > MOST_CHARACTERS:
        errors["text"] = _("The text is longer than %(limit)s characters.") % {"limit": MOST_CHARACTERS}
    if not given["name"] or len(given["name"]) > 100:
        errors["name"] = _("Give your name; it is published only if you say so.")
    if len(given["organisation"]) > 200:
        errors["organisation"] = _("At most %(count)d characters.") % {"count": 200}
    return {**given, "is_named": bool(values.get("is_named"))}, errors


def _place(round_: CommentRound, values: Mapping[str, Any]) -> dict[str, Any]:
    """Chapter and paragraph as far as the frozen draft has them, with the words that are commented on."""
    language = values.get("language") if values.get("language") in round_.guideline.languages else round_.guideline.languages[0]
    found: dict[str, Any] = {"language": language, "chapter": "", "paragraph": None, "quote": ""}
    chapter = next((each for each in round_.read()["chapters"] if each["key"] == values.get("chapter")), None)
    if chapter is None:
        return found
    found["chapter"] = chapter["key"]
    blocks = parse(chapter["text"].get(SHORT[str(language)], ""))
    paragraph = str(values.get("paragraph", ""))
    if paragraph.isdigit() and 1 <= int(paragraph) <= len(blocks):
        words = plain((blocks[int(paragraph) - 1],)).strip()
        found |= {"paragraph": int(paragraph), "quote": words[:MOST_QUOTED]}
    return found


def answer(*, actor: Any, comment: GuidelineComment, verb: str, reason: str) -> GuidelineComment:
    """Adopt, adopt in part or do not adopt, with the reason the public reads."""
    if verb not in VERBS:
        raise Invalid({"verb": _("Choose one of the list.")})
    if len(reason) > MOST_CHARACTERS:
        raise Invalid({"reason": _("The text is longer than %(limit)s characters.") % {"limit": MOST_CHARACTERS}})
    transition(
        comment, verb, actor=actor, reason=reason, changes={"answer": reason.strip(), "answered_by": actor, "answered_at": clock.now()}
    )
    return comment


def reconsider(*, actor: Any, comment: GuidelineComment, reason: str) -> GuidelineComment:
    transition(comment, "reconsider", actor=actor, reason=reason, changes={"answer": "", "answered_by": None, "answered_at": None})
    return comment
