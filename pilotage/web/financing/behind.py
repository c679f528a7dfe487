"""From which figures, whose word and which text each condition of a channel was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from pilotage.finance.facts.metrics import STATED, TITLES, YEARLY
from pilotage.finance.facts.models import Attestation
from pilotage.finance.facts.selectors import Told as Stated
from pilotage.finance.facts.selectors import attested_on, told_of
from pilotage.finance.rules import Attested, Told
from pilotage.finance.screening.single import Screened, Standing, columns_of
from pilotage.web.facts import words as figures
from pilotage.web.facts.entry import LEFT_OUT
from pilotage.web.financing import words

# what is reckoned from a day that is stated
OF_DAY = {"months_in_operation": "operating_since"}
Stating = Mapping[tuple[str, int | None], Stated]


def sources(each: Screened, standing: Standing) -> list[dict[str, Any]]:
    """A row for each condition. Two queries."""
    if each.resolved is None:
        return []
    stated = told_of(standing.enterprise, standing.facts_on)
    said = {word.condition: word for word in attested_on(standing.facts_on).filter(enterprise=standing.enterprise)}
    return [
        {
            "name": words.name(told.condition),
            "figures": [_figure(column, standing, stated) for column in columns_of(told.condition, each.resolved)],
            "word": _word(told, said),
            "citation": told.source.citation if told.source else told.condition.citation,
        }
        for told in each.told
    ]


def _figure(column: str, standing: Standing, stated: Stating) -> dict[str, Any]:
    metric, back = figures.COLUMNS[column]
    base = standing.known.base_year
    year = base - back if base is not None and metric.key in YEARLY else None
    found, value = stated.get((metric.key, year)), standing.facts.get(column)
    fact = found.fact if found is not None and found.value is not None and found.value == value else None
    return {
        "name": figures.column(column, base),
        "text": figures.value(metric, value),
        "source": fact.source if fact else _("reckoned from the register") if value is not None else "",
        "fact": fact,
    }


def where(told: Told, each: Screened, standing: Standing) -> str:
    """Where somebody who may can state what this condition lacks; blank where that is reckoned from registers."""
    if told.truth is not None or each.resolved is None:
        return ""
    pk = standing.enterprise.pk
    if isinstance(told.condition, Attested):
        return f"{reverse('facts:detail', args=[pk])}?{urlencode({'attest': f'{each.channel.key}:{told.condition.key}'})}#condition"
    column = next((column for column in columns_of(told.condition, each.resolved) if column not in standing.facts), "")
    metric, back = figures.COLUMNS.get(column, (None, 0))
    name = OF_DAY.get(metric.key, metric.key) if metric is not None else ""
    if name in YEARLY:
        base = standing.known.base_year
        year = {"year": base - back} if base is not None else {}
        return f"{reverse('facts:enter', args=[pk])}?{urlencode({**year, 'field': name})}"
    if (name in STATED and name not in LEFT_OUT) or name in TITLES:
        return f"{reverse('facts:enter', args=[pk])}?{urlencode({'kind': 'day', 'field': name})}"
    return ""


def _word(told: Told, said: Mapping[str, Attestation]) -> Attestation | None:
    """Of a condition that a person answers, whose word counts."""
    return said.get(told.condition.key) if isinstance(told.condition, Attested) and told.truth is not None else None
