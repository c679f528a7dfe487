"""The live block ``cases``: published cases that a guideline cites, by number or by industry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from pilotage.plan.models import Plan
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.guidelines.live import Filled, LiveKind, register

MOST = 20


def cited_cases(_plan: Plan, as_of: date, options: Mapping[str, Any]) -> Filled:
    """Those published by that day; one that is withdrawn later is left out wherever the block is shown."""
    found = _chosen(published_cases().filter(published_at__date__lte=as_of), options)
    rows = list(found.select_related("province", "industry"))
    title = _("Cases")
    if not rows:
        return Filled(title, sentence=_("No published case can be cited here yet."))
    return Filled(
        title,
        head=(pgettext("case", "Number"), _("Case"), _("Enterprise"), _("Place")),
        rows=tuple((case.number, case.title, case.enterprise_name, str(case.province or "–")) for case in rows),
        keys=tuple(case.number for case in rows),
    )


def _chosen(cases: QuerySet[CaseStudy], options: Mapping[str, Any]) -> QuerySet[CaseStudy]:
    if options.get("cases"):
        cases = cases.filter(number__in=options["cases"])
    if options.get("industry"):
        cases = cases.filter(industry_id=options["industry"])
    return cases.order_by("number")[: options.get("limit", MOST)]


def register_cases() -> None:
    example = "industry: 39\nlimit: 10"
    register(LiveKind("cases", gettext_lazy("Published cases of an industry, or those named by number."), cited_cases, example))
