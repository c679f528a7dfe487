"""The milestones of a plan folder into rows, inside the transaction of the load. What units have done with them stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.plan.models import Milestone, Plan

Values = dict[str, Any]


def write_milestones(plan: Plan, areas: list[Values]) -> None:
    """Create, change, or take away what the folder no longer names; one named again comes back with its day of completion.

    Raises ``Invalid`` where a unit has added a milestone under the same code. Two queries without a change.
    """
    known = {(row.measure_code, row.code): row for row in Milestone.objects.filter(plan=plan)}
    wanted = dict(_wanted(areas))
    now = clock.now()
    for key, values in wanted.items():
        row = known.get(key) or Milestone(plan=plan, measure_code=key[0], code=key[1], is_from_plan=True, added_at=now)
        if not row.is_from_plan:
            raise Invalid(_("The unit has added a milestone “%(code)s” to %(measure)s already.") % {"code": key[1], "measure": key[0]})
        if row.pk is None or row.removed_at or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.removed_at = None
            row.save()
    gone = [row.pk for key, row in known.items() if row.is_from_plan and row.removed_at is None and key not in wanted]
    if gone:
        Milestone.objects.filter(pk__in=gone).update(removed_at=now)


def _wanted(areas: list[Values]) -> Iterator[tuple[tuple[str, str], Values]]:
    for area in areas:
        for measure in area["measures"]:
            for milestone in measure.get("milestones", []):
                title = milestone["title"]
                yield (
                    (measure["code"], milestone["code"]),
                    {
                        "title_zh": title["zh"],
                        "title_en": title["en"],
                        "due_on": date.fromisoformat(milestone["due"]),
                        "weight": Decimal(str(milestone.get("weight", 1))),
                    },
                )
