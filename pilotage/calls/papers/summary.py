"""The recommender's summary table (汇总表), column by column as it is handed in on paper (domain.md G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from pilotage.calls.enums import RECOMMENDED_OR_LATER, ApplicationState, CheckResult
from pilotage.calls.models import Application, Call, Check, Recommender
from pilotage.registry.models import localized

SUMMARY_COLUMNS = (
    ("number", _("No.")),
    ("recommender", _("Recommender")),
    ("applicant", _("Applicant")),
    ("project", _("Title of the project")),
    ("city", _("City")),
    ("industry", _("Industry (major category)")),
    ("level", _("Level of construction")),
    ("contact", _("Contact person")),
    ("telephone", _("Telephone")),
    ("rank", _("Rank in recommendation")),
    ("remarks", _("Remarks")),
)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    number: int
    recommender: str
    applicant: str
    project: str
    city: str
    industry: str
    level: str
    contact: str
    telephone: str
    rank: int
    remarks: str

    def cells(self) -> tuple[Any, ...]:
        return astuple(self)


def summary_rows(call: Call, recommender: Recommender, only: Sequence[int] | None = None) -> list[SummaryRow]:
    """Shortlisted and sent applications in the order of rank, or ``only`` these of them. Three queries.

    Contact and telephone are the answers to the form keys ``contact_name`` and ``contact_phone``.
    """
    listed = RECOMMENDED_OR_LATER | {ApplicationState.SHORTLISTED}
    chosen = Application.objects.filter(call=call, recommender=recommender, state__in=listed, rank__isnull=False)
    rows = list(
        (chosen if only is None else chosen.filter(pk__in=only))
        .select_related("enterprise", "province", "prefecture", "industry")
        .prefetch_related("version")
        .defer("bigrams", "field_versions")
        .order_by("rank")
    )
    remarks = _reservations(rows)
    return [_row(number, row, recommender, remarks.get(row.pk, "")) for number, row in enumerate(rows, start=1)]


def _reservations(rows: list[Application]) -> dict[int, str]:
    """The latest reservation stated in a check and not taken back, per application."""
    checks = Check.objects.filter(application__in=[row.pk for row in rows], result=CheckResult.RESERVATION, undone_at__isnull=True)
    return dict(checks.order_by("id").values_list("application", "opinion"))


def _row(number: int, row: Application, recommender: Recommender, remarks: str) -> SummaryRow:
    place = row.prefecture or row.province
    return SummaryRow(
        number=number,
        recommender=str(recommender),
        applicant=row.enterprise.name,
        project=row.project_title,
        city=place.name if place else "",
        industry=row.industry.name if row.industry else "",
        level=_level(row),
        contact=row.data.get("contact_name") or "",
        telephone=row.data.get("contact_phone") or "",
        rank=row.rank or 0,
        remarks=remarks,
    )


def _level(row: Application) -> str:
    for code in (row.version.content.get("codes") or {}).get("levels", []):
        if code["code"] == row.level:
            return localized(code.get("zh", ""), code.get("en", ""))
    return row.level
