"""Who of the reserve moves up when a selected project drops out, under the quotas that two people confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionInputs
from pilotage.review.selection.facts import attributes_of
from pilotage.review.selection.terms import SelectionParameters

STANDING = (ApplicationState.SELECTED, ApplicationState.IN_NOTICE, ApplicationState.LISTED)


def next_in_reserve(call: Call) -> Application | None:
    """Who moves up now; None: nobody may."""
    return Reserve(call).next()


class Reserve:
    """The reserve of a call's confirmed selection as it stands now. A constant number of queries, all at the start."""

    def __init__(self, call: Call) -> None:
        self._waiting: list[Application] = []
        selection = Selection.objects.filter(call=call, state=SelectionState.CONFIRMED).first()
        if selection is None:
            return
        rows = list(
            selection.rows.filter(outcome=Outcome.RESERVE, application__state=ApplicationState.RESERVE).select_related("application")
        )
        rows.sort(key=lambda row: (row.figures.get("place", row.position), row.position))
        self._waiting = [row.application for row in rows]
        self._terms = SelectionParameters.from_json({"total": 0, **selection.parameters})
        self._attributes = _attributes(selection)
        standing = Application.objects.filter(call=call, state__in=STANDING, pk__in=selection.rows.values("application"))
        self._standing = set(standing.order_by().values_list("number", flat=True))

    def next(self, leaving: str = "") -> Application | None:
        """The first who breaks no maximum once ``leaving`` (a number) is out; one who mends a minimum that fell short goes before."""
        if not self._waiting:
            return None
        used = Counter(pair for number in self._standing - {leaving} for pair in self._of(number).items())
        free = [each for each in self._waiting if _fits(self._of(each.number), used, self._terms)]
        mending = (each for each in free if _mends(self._of(each.number), used, self._terms))
        return next(iter([*mending, *free]), None)

    def _of(self, number: str) -> Mapping[str, str]:
        return self._attributes.get(number, {})


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
