"""Objections as the desk shows them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pilotage.core import clock
from pilotage.directory.enums import UNDECIDED, ObjectionState
from pilotage.directory.models import Hearing, Objection

VIEWS = ("open", "overdue", "hearing", "decided")


def desk(objections: QuerySet[Objection], view: str, notice: str = "") -> QuerySet[Objection]:
    """With ``alike`` (undecided ones of the same text) and ``answer_due`` on each; one query."""
    found = objections.filter(VIEW_CONDITIONS[view]()).select_related("notice__call", "application__enterprise")
    if notice:
        found = found.filter(notice__number=notice)
    alike = (
        Objection.objects.filter(notice=OuterRef("notice"), text_digest=OuterRef("text_digest"), state__in=UNDECIDED)
        .exclude(text_digest="")
        .order_by()
        .values("text_digest")
        .annotate(n=Count("pk"))
        .values("n")
    )
    asked = Hearing.objects.filter(objection=OuterRef("pk"), answered_at__isnull=True).values("due_on")[:1]
    return found.annotate(alike=Coalesce(Subquery(alike), 0), answer_due=Subquery(asked), file_count=Count("files"))


def _open() -> Q:
    return Q(state__in=UNDECIDED)


def _overdue() -> Q:
    return Q(state__in=UNDECIDED, due_on__lt=clock.today())


def _hearing() -> Q:
    return Q(state=ObjectionState.HEARING)


def _decided() -> Q:
    return ~Q(state__in=UNDECIDED)


VIEW_CONDITIONS = {"open": _open, "overdue": _overdue, "hearing": _hearing, "decided": _decided}


def view_counts(objections: QuerySet[Objection]) -> dict[str, int]:
    """One query."""
    return objections.order_by().aggregate(**{view: Count("pk", filter=condition()) for view, condition in VIEW_CONDITIONS.items()})


def with_terms(objection: Objection) -> dict[str, Any]:
    """Its hearings, newest last, and whether its own term is over."""
    hearings = list(objection.hearings.select_related("asked_by", "answered_by").order_by("id"))
    return {
        "hearings": hearings,
        "waiting": next((hearing for hearing in hearings if hearing.answered_at is None), None),
        "is_overdue": is_overdue(objection),
    }


def is_overdue(objection: Objection) -> bool:
    return objection.state in UNDECIDED and objection.due_on is not None and objection.due_on < clock.today()
