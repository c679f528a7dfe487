"""How an entry came about: days and bodies, never a person's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, RecommendationList
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.enums import EntryLabel
from pilotage.directory.models import Entry, EntryChange, NoticeRow, Objection
from pilotage.directory.selectors.changes import changes_of
from pilotage.review.models import ReviewSummary


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    title: str
    detail: str = ""


def history_of(entry: Entry) -> list[Step]:
    """Newest first, in a fixed number of queries. Entries recorded from a source have no steps before it."""
    steps = [*_after_listing(entry), *_listing(entry)]
    if entry.application_id is not None:
        application = Application.objects.select_related("recommender").get(pk=entry.application_id)
        steps += [*_notice(application), *_review(application), *_recommendation(application), *_filing(application)]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _after_listing(entry: Entry) -> list[Step]:
    """What the public record of changes says, each with its reason."""
    return [
        Step(change.at, change_title(change), change.reason or _body_of(entry)) for change in changes_of(entry) if change.kind != "list"
    ]


def change_title(change: EntryChange) -> str:
    label = change.detail.get("label")
    if change.kind == ChangeKind.LABELLED and label in EntryLabel.values:
        return _("Label: %(label)s") % {"label": EntryLabel(label).label}
    return str(change.get_kind_display())


def _body_of(entry: Entry) -> str:
    call = entry.edition.call
    return call.plan.issuer if call else ""


def _listing(entry: Entry) -> list[Step]:
    published = entry.edition.published_at
    if entry.listed_on is None or published is None:
        return []
    detail = _("%(edition)s, no. %(number)s") % {"edition": entry.edition.title, "number": entry.number.rpartition("-")[2].lstrip("0")}
    return [Step(published, pgettext("history", "Listed"), detail)]


def _notice(application: Application) -> list[Step]:
    row = NoticeRow.objects.filter(application=application).exclude(notice__state="draft").select_related("notice").order_by("-id").first()
    if row is None:
        return []
    count = Objection.objects.filter(notice=row.notice, application=application).count()
    if count:
        detail = ngettext("%(count)d objection, decided", "%(count)d objections, decided", count) % {"count": count}
    else:
        detail = _("No objection")
    return [Step(row.notice.opens_at, pgettext("history", "Public notice"), f"{row.notice.number} · {detail}")]


def _review(application: Application) -> list[Step]:
    summary = ReviewSummary.objects.filter(application=application).first()
    selected = AuditEvent.objects.filter(
        object_type="calls.application",
        object_id=str(application.pk),
        verb__in=["application.select", "application.promote"],
    )
    at = selected.order_by("-number").values_list("at", flat=True).first()
    if at is None:
        return []
    count = summary.finished_count if summary else 0
    return [
        Step(at, pgettext("history", "Selected after review"), ngettext("%(count)d expert", "%(count)d experts", count) % {"count": count})
    ]


def _recommendation(application: Application) -> list[Step]:
    sent = (
        RecommendationList.objects.filter(call=application.call_id, recommender=application.recommender_id).order_by("sent_at").first()
        if application.recommender_id
        else None
    )
    cosigned = application.cosignatures.filter(decision="signed").select_related("organisation").order_by("-id").first()
    if sent is None:
        return []
    bodies: list[Any] = [application.recommender, *([cosigned.organisation] if cosigned else [])]
    return [Step(sent.sent_at, pgettext("history", "Recommended"), _(", ").join(str(body) for body in bodies))]


def _filing(application: Application) -> list[Step]:
    if application.submitted_at is None or application.state == ApplicationState.DRAFT:
        return []
    first = application.revisions.order_by("number").values_list("made_at", flat=True).first()
    return [Step(first or application.submitted_at, pgettext("history", "Filed"), _("First submission"))]
