"""Named reads of case sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Count, QuerySet

from pilotage.publications.books.enums import CaseSetState
from pilotage.publications.books.models import CaseSet, CaseSetFile
from pilotage.publications.cases.enums import PUBLIC, ConsentState
from pilotage.publications.cases.models import CaseConsent, CaseStudy

ORDER = ("-created_at", "-id")


def listed(sets: QuerySet[CaseSet]) -> QuerySet[CaseSet]:
    return sets.select_related("plan").annotate(case_count=Count("items"))


def public_files(case_set: CaseSet) -> list[CaseSetFile]:
    """The files readers may have now: compiled under the number of issue, and every case in them public with the consents it was used by.

    A consent withdrawn a moment ago takes the files away at once, before new ones are made. Three queries.
    """
    if case_set.state != CaseSetState.ISSUED:
        return []
    files = [kept for kept in case_set.files.all() if kept.number == case_set.number]
    return _still_allowed(files)


def _still_allowed(files: Sequence[CaseSetFile]) -> list[CaseSetFile]:
    keys = {int(key) for kept in files for key in kept.used}
    public = set(CaseStudy.objects.filter(pk__in=keys, state__in=sorted(PUBLIC)).values_list("pk", flat=True))
    given: dict[int, set[str]] = defaultdict(set)
    for key, item in CaseConsent.objects.filter(case__in=keys, state=ConsentState.GIVEN).values_list("case_id", "item"):
        given[key].add(item)
    return [kept for kept in files if all(int(key) in public and set(items) <= given[int(key)] for key, items in kept.used.items())]
