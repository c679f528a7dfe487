"""The line selected in the table, with its fan and where to go from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.plan.forecast import Pipeline
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import amount
from pilotage.web.plan.outlooks import open_forecast
from pilotage.web.plan.story import Story, story


@dataclass(frozen=True, slots=True)
class SelectedLine:
    """``what_if_url`` is '' where nothing on its way could be changed."""

    target: Target
    story: Story
    records_url: str | None
    records_words: str
    what_if_url: str
    public_url: str


def selected_line(plan: Plan, found: OutlookLine, as_of: AsOf) -> SelectedLine:
    target, line = found.line.target, found.line
    changeable = open_forecast(found) is not None and isinstance(found.inputs, Pipeline)
    return SelectedLine(
        target=target,
        story=story(plan, found, as_of),
        records_url=line.records_url,
        records_words=_("The records: %(amount)s") % {"amount": amount(target, line.value)} if line.value is not None else "",
        what_if_url=as_of.address(reverse("cockpit:what-if", args=[plan.slug, target.code])) if changeable else "",
        public_url=as_of.address(reverse("plan:target", args=[plan.slug, target.code])),
    )
