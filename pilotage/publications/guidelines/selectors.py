"""Named reads of guidelines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from pilotage.core import clock
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.guidelines.content import cases_in
from pilotage.publications.guidelines.enums import CommentState, GuidelineState
from pilotage.publications.guidelines.models import CommentRound, Guideline, GuidelineComment, Revision, RevisionFile


def listed(guidelines: QuerySet[Guideline]) -> QuerySet[Guideline]:
    """Rows of a list with what stands beside them. One query, and one for the newest revisions."""
    return guidelines.select_related("plan").annotate(
        latest=Max("revisions__revision"),
        chapter_count=Count("chapters", distinct=True),
        open_comments=Count("rounds__comments", filter=Q(rounds__comments__state=CommentState.OPEN), distinct=True),
    )


def latest_revisions(guidelines: Sequence[Guideline]) -> dict[int, Revision]:
    """Guideline -> its newest revision, without the text. One query."""
    rows = Revision.objects.filter(guideline__in=[each.pk for each in guidelines]).exclude(guideline__state=GuidelineState.WITHDRAWN)
    return {row.guideline_id: row for row in rows.defer("packed").order_by("guideline_id", "revision")}


def open_rounds(guidelines: Sequence[Guideline]) -> dict[int, CommentRound]:
    """Guideline -> the round that is open today, without the text. One query."""
    rows = CommentRound.objects.filter(
        guideline__in=[each.pk for each in guidelines],
        guideline__state=GuidelineState.COMMENTING,
        closed_at__isnull=True,
        closes_on__gte=clock.today(),
    )
    return {row.guideline_id: row for row in rows.defer("packed")}


def readable_cases(content: Mapping[str, Any]) -> set[str]:
    """Those of the cited cases that may be read today. One query, none where nothing is cited."""
    cited = cases_in(content)
    return set(published_cases().filter(number__in=cited).values_list("number", flat=True)) if cited else set()


def files_of(revision: Revision) -> list[RevisionFile]:
    return list(revision.files.defer("content").select_related("revision__guideline").order_by("language", "id"))


def answered_comments(round_: CommentRound) -> QuerySet[GuidelineComment]:
    """What is published of a round, in the order of the text."""
    return round_.comments.exclude(state=CommentState.OPEN).order_by("id")


def counts_of(round_: CommentRound) -> Counter[str]:
    """State -> comments. One query."""
    return Counter(dict(round_.comments.order_by().values_list("state").annotate(count=Count("pk"))))
