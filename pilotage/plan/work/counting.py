"""What the plan room itself counts: documents handed over for deliverable targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from pilotage.audit.models import AuditEvent
from pilotage.core.running import running
from pilotage.plan import indicators
from pilotage.plan.indicators import Change, Indicator, records_address
from pilotage.plan.models import Deliverable, Plan
from pilotage.plan.work.enums import DELIVERABLES, DeliverableState

Options = Mapping[str, Any]
_TOLD = ("deliverable.accept", "deliverable.revoke")


def accepted(plan: Plan, options: Options) -> QuerySet[Deliverable]:
    return Deliverable.objects.filter(plan=plan, target_code=options["target"], state=DeliverableState.ACCEPTED)


def count(plan: Plan, options: Options, as_of: date) -> int:
    return accepted(plan, options).filter(delivered_on__lte=as_of).count()


def history(plan: Plan, options: Options, days: Sequence[date]) -> list[Decimal | int | None]:
    """One query, whatever the number of days."""
    delivered = sorted(accepted(plan, options).values_list("delivered_on", flat=True))
    return [*running(((day, 1) for day in delivered), days)]


def records_url(plan: Plan, options: Options, _actor: Any) -> str | None:
    """The measure's page lists exactly the documents counted; it is public."""
    measure = plan_measure_of(plan, options["target"])
    return records_address("measures:detail", {"target": options["target"]}, slug=plan.slug, code=measure) if measure else None


def plan_measure_of(plan: Plan, target: str) -> str:
    from pilotage.plan.models import Target

    found = Target.objects.filter(measure__area__plan=plan, code=target).values_list("measure__code", flat=True)
    return found.first() or ""


def changes(plan: Plan, options: Options, since: date) -> list[Change]:
    """Acceptances given or taken back since that day for documents delivered before it."""
    rows = Deliverable.objects.filter(plan=plan, target_code=options["target"], delivered_on__lte=since)
    titles = {str(row.pk): row.title for row in rows}
    events = AuditEvent.objects.filter(object_type="plan.deliverable", object_id__in=titles, verb__in=_TOLD, at__gt=_end(since))
    return [
        Change(
            event.at,
            event.actor_label,
            event.reason,
            titles[event.object_id],
            _page(event.object_id),
        )
        for event in events.order_by("number")
    ]


def _page(deliverable: str) -> str | None:
    """None where the pages are not mounted, as in a worker without them."""
    try:
        return reverse("measures:deliverable", args=[deliverable])
    except NoReverseMatch:
        return None


def _end(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def register_indicators() -> None:
    indicators.register(
        Indicator(
            key=DELIVERABLES,
            name_zh="已确认的交付物",
            name_en="Deliverables accepted",
            unit_zh="份",
            unit_en="documents",
            formula_zh="责任单位提交、秘书处确认的文件，自交付之日起计数；被撤销确认的不计。",
            formula_en="Documents of the units that the secretariat accepted, each from its day of delivery; not those whose acceptance was taken back.",
            count=count,
            records_url=records_url,
            dated=True,
            history=history,
            changes=changes,
        )
    )
