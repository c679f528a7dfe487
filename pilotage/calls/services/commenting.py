"""Comments on single fields: written, sent with a return, answered, settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.enums import Role
from pilotage.audit.services import record, transition, transition_many
from pilotage.calls import rules
from pilotage.calls.enums import CommentState
from pilotage.calls.models import Application, FieldComment
from pilotage.calls.selectors import form_of
from pilotage.calls.services.common import locked, organisation_of
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid

LONGEST = 1000
_SPEAKERS = (
    Role.DISTRICT_OFFICER,
    Role.CITY_OFFICER,
    Role.PROVINCE_OFFICER,
    Role.COMMUNICATIONS_OFFICER,
    Role.RECOMMENDING_OFFICER,
    Role.SECRETARIAT,
)


def comment_on(*, actor: Any, application: Application, field: str, text: str) -> FieldComment:
    """Write, or word anew, the comment on a field that goes out with the next return. Raises ``Invalid`` under the field's key."""
    text = text.strip()
    with transaction.atomic():
        fresh = locked(application)
        rules.may_comment(actor, fresh).require()
        if field not in form_of(fresh.version).by_key:
            raise Invalid({field: _("This field is not part of the form.")})
        if not text:
            raise Invalid({field: _("Write what has to be corrected.")})
        if len(text) > LONGEST:
            raise Invalid({field: _("At most %(count)s characters; these are %(now)s.") % {"count": LONGEST, "now": len(text)}})
        written = {"text": text, "organisation": organisation_of(actor, *_SPEAKERS), "made_by": actor, "made_at": clock.now()}
        comment = FieldComment.objects.filter(application=fresh, field=field, state=CommentState.DRAFT).first()
        if comment:
            FieldComment.objects.filter(pk=comment.pk).update(**written)
            comment.refresh_from_db()
        else:
            revision = fresh.revisions.order_by("-number").first()
            comment = FieldComment.objects.create(application=fresh, field=field, revision=revision, **written)
        record(comment, "comment.write", actor=actor)
    return comment


def drop_comment(*, actor: Any, comment: FieldComment) -> FieldComment:
    """Take back a comment that was not sent yet."""
    transition(comment, "drop", actor=actor, changes={"decided_at": clock.now()})
    return comment


def settle_comment(*, actor: Any, comment: FieldComment) -> FieldComment:
    """The correction is in order; what is not settled is still open at the next return."""
    transition(comment, "settle", actor=actor, changes={"decided_at": clock.now()})
    return comment


def answer_comment(*, actor: Any, comment: FieldComment, text: str) -> FieldComment:
    """A short note of the enterprise beside its correction; the last one counts, each is in the record."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid({comment.field: _("At most %(count)s characters; these are %(now)s.") % {"count": LONGEST, "now": len(text)}})
    with transaction.atomic():
        rules.may_answer(actor, locked(comment.application)).require()
        fresh = FieldComment.objects.select_for_update(of=("self",)).select_related("application").get(pk=comment.pk)
        if fresh.state != CommentState.SENT:
            raise Conflict(_("This comment is no longer open. Reload the page to see what has happened."))
        if text == fresh.answer:
            return fresh
        fresh.answer, fresh.answered_by, fresh.answered_at = text, actor, clock.now()
        fresh.save(update_fields=["answer", "answered_by", "answered_at"])
        record(fresh, "comment.answer", actor=actor)
    return fresh


def send_comments(rows: Sequence[Application], *, actor: Any) -> None:
    """With a return, inside its transaction: what was written goes to the enterprise."""
    now = clock.now()
    transition_many(_of(rows, CommentState.DRAFT), "send", actor=actor, changes=lambda _comment: {"sent_at": now})


def close_comments(rows: Sequence[Application], *, actor: Any) -> None:
    """With a pass, inside its transaction: what was open is settled by it. Refused while a comment waits to be sent."""
    waiting = _of(rows, CommentState.DRAFT)
    if waiting:
        sentence = ngettext(
            "%(count)s comment on %(number)s has not been sent: return the application with it, or take it back.",
            "%(count)s comments, the first on %(number)s, have not been sent: return the applications with them, or take them back.",
            len(waiting),
        )
        raise Invalid({"comments": sentence % {"count": len(waiting), "number": waiting[0].application.number}})
    now = clock.now()
    transition_many(_of(rows, CommentState.SENT), "close", actor=actor, changes=lambda _comment: {"decided_at": now})


def _of(rows: Sequence[Application], state: str) -> list[FieldComment]:
    found = FieldComment.objects.filter(application__in=[row.pk for row in rows], state=state)
    return list(found.select_related("application").order_by("id"))
