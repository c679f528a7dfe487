"""A case taken down or a consent withdrawn: issued sets that hold it are compiled anew, without it.

Until then their files are not given out (``selectors.public_files``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from pilotage.audit.signals import Moved, moved
from pilotage.publications.books.enums import CaseSetState
from pilotage.publications.books.models import CaseSet
from pilotage.publications.books.services import want_files
from pilotage.publications.cases.models import CaseConsent, CaseStudy


@receiver(moved, sender=CaseStudy, dispatch_uid="publications.books.cases")
def cases_moved(sender: Any, moves: Sequence[Moved], **_kwargs: Any) -> None:
    _anew([move.obj.pk for move in moves if move.target == "unpublished"])


@receiver(moved, sender=CaseConsent, dispatch_uid="publications.books.consents")
def consents_moved(sender: Any, moves: Sequence[Moved], **_kwargs: Any) -> None:
    _anew([move.obj.case_id for move in moves])


def _anew(cases: list[int]) -> None:
    if not cases:
        return
    for case_set in CaseSet.objects.filter(state=CaseSetState.ISSUED, items__case__in=cases).distinct().order_by("pk"):
        want_files(case_set)
