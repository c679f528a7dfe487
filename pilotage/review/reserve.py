"""Who of the reserve moves up when a selected project drops out, under the quotas that two people confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionInputs
from pilotage.review.selection_facts import attributes_of
from pilotage.review.selection_terms import SelectionParameters

STANDING = (ApplicationState.SELECTED, ApplicationState.IN_NOTICE, ApplicationState.LISTED)


def next_in_reserve(call: Call) -> Application | None:
    """The first who breaks no maximum; one who mends a minimum that fell short goes before. None: nobody may move up."""
    selection = Selection.objects.filter(call=call, state=SelectionState.CONFIRMED).first()
    if selection is None:
        return None
    rows = list(selection.rows.filter(outcome=Outcome.RESERVE, application__state=ApplicationState.RESERVE).select_related("application"))
    rows.sort(key=lambda row: (row.figures.get("place", row.position), row.position))
    parameters = SelectionParameters.from_json({"total": 0, **selection.parameters})
    attributes = _attributes(selection)
    standing = Application.objects.filter(call=call, state__in=STANDING, pk__in=selection.rows.values("application"))
    used = Counter(pair for number in standing.order_by().values_list("number", flat=True) for pair in attributes.get(number, {}).items())
    free = [row.application for row in rows if _fits(attributes.get(row.application.number, {}), used, parameters)]
    mending = [each for each in free if _mends(attributes.get(each.number, {}), used, parameters)]
    return next(iter([*mending, *free]), None)


def _attributes(selection: Selection) -> dict[str, Mapping[str, str]]:
    """By number, as they were when it was decided; of selections older than the stored inputs as the records stand now."""
    kept = SelectionInputs.objects.filter(selection=selection).first()
    if kept is not None:
        return {each["number"]: each["attributes"] for each in kept.read()["candidates"]}
    applications = Application.objects.filter(pk__in=selection.rows.values("application"))
    now = attributes_of(applications)
    return {number: now[pk] for pk, number in applications.order_by("pk").values_list("pk", "number")}


def _fits(attributes: Mapping[str, str], used: Mapping[tuple[str, str], int], parameters: SelectionParameters) -> bool:
    lines = ((pair, parameters.line(*pair)) for pair in attributes.items())
    return all(line is None or line.maximum is None or used.get(pair, 0) < line.maximum for pair, line in lines)


def _mends(attributes: Mapping[str, str], used: Mapping[tuple[str, str], int], parameters: SelectionParameters) -> bool:
    lines = ((pair, parameters.line(*pair)) for pair in attributes.items())
    return any(line is not None and used.get(pair, 0) < line.minimum for pair, line in lines)
