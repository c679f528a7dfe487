"""Do the parts of plan.yaml agree with each other? The document has passed its schema."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.work import check_work
from pilotage.plan.schema import did_you_mean

COUNTED = frozenset({"minimum", "exact", "range", "about", "growth", "rate"})


def check_plan(document: Document, indicators: Collection[str] | None) -> None:
    """Append a Problem for every disagreement. ``indicators`` None leaves indicator names unchecked."""
    plan = document.data
    _check_period(document, plan)
    _unique(document, ((("areas", i), a["code"]) for i, a in enumerate(plan["areas"])), "code")
    _unique(document, ((("units", i), u["code"]) for i, u in enumerate(plan.get("units", []))), "code")
    _unique(document, _coded(plan, "actions"), "code")
    _unique(document, _coded(plan, "measures"), "code")
    _unique(document, _coded_targets(plan), "code")
    _check_declared(document, plan)
    check_work(document)
    for index, area in enumerate(plan["areas"]):
        actions = [action["code"] for action in area["actions"]]
        for position, measure in enumerate(area["measures"]):
            _check_measure(document, ("areas", index, "measures", position), measure, actions, indicators)


def measure_codes(plan: dict[str, Any]) -> list[str]:
    return [measure["code"] for area in plan["areas"] for measure in area["measures"]]


def _items(plan: dict[str, Any], part: str) -> Iterator[tuple[YamlPath, dict[str, Any]]]:
    for index, area in enumerate(plan["areas"]):
        for position, item in enumerate(area[part]):
            yield ("areas", index, part, position), item


def _coded(plan: dict[str, Any], part: str) -> Iterator[tuple[YamlPath, str]]:
    return ((path, item["code"]) for path, item in _items(plan, part))


def _coded_targets(plan: dict[str, Any]) -> Iterator[tuple[YamlPath, str]]:
    """Over the whole plan: a target's code is part of its address."""
    for path, measure in _items(plan, "measures"):
        for index, target in enumerate(measure["targets"]):
            yield (*path, "targets", index), target["code"]


def _unique(document: Document, found: Iterator[tuple[YamlPath, str]], key: str) -> None:
    first: dict[str, int] = {}
    for path, value in found:
        line = document.at((*path, key))[0]
        if value in first:
            message = _("“%(value)s” is used already in line %(line)d.") % {"value": value, "line": first[value]}
            document.fault((*path, key), message, _("a code of its own"))
        else:
            first[value] = line


def _check_period(document: Document, plan: dict[str, Any]) -> None:
    period = plan["period"]
    if period["ends"] <= period["starts"]:
        document.fault(("period", "ends"), _("The plan ends before it starts."), _("a day after %(day)s") % {"day": period["starts"]})


def _check_declared(document: Document, plan: dict[str, Any]) -> None:
    entered = {
        "areas": len(plan["areas"]),
        "actions": sum(len(area["actions"]) for area in plan["areas"]),
        "measures": len(measure_codes(plan)),
    }
    for part, count in plan.get("declared", {}).items():
        if entered[part] > count:
            message = _("The plan declares %(declared)d, but %(entered)d are entered.") % {"declared": count, "entered": entered[part]}
            document.fault(("declared", part), message, _("at least %(count)d") % {"count": entered[part]})


def _check_measure(
    document: Document, path: YamlPath, measure: dict[str, Any], actions: list[str], indicators: Collection[str] | None
) -> None:
    if "action" in measure and measure["action"] not in actions:
        known(document, (*path, "action"), measure["action"], actions, _("an action of the same area"))
    units = [unit["code"] for unit in document.data.get("units", [])]
    for part in ("lead", "cooperating"):
        for index, code in enumerate(measure.get(part, [])):
            known(document, (*path, part, index), code, units, _("a unit listed under units"))
    for code in set(measure.get("lead", [])) & set(measure.get("cooperating", [])):
        index = measure["cooperating"].index(code)
        document.fault(
            (*path, "cooperating", index), _("“%(code)s” leads this measure already.") % {"code": code}, _("a unit in one part only")
        )
    _check_days(document, path, measure)
    for index, target in enumerate(measure["targets"]):
        _check_target(document, (*path, "targets", index), target, indicators)


def _check_days(document: Document, path: YamlPath, measure: dict[str, Any]) -> None:
    period = document.data["period"]
    if measure.get("due", period["starts"]) < period["starts"]:
        document.fault(
            (*path, "due"), _("The measure is due before the plan starts."), _("a day after %(day)s") % {"day": period["starts"]}
        )
    carries = measure.get("carries_over_to")
    latest = max(measure.get("due", ""), period["ends"])
    if carries and carries <= latest:
        document.fault(
            (*path, "carries_over_to"),
            _("The measure is carried over to a day it would reach anyway."),
            _("a day after %(day)s") % {"day": latest},
        )


def _check_target(document: Document, path: YamlPath, target: dict[str, Any], indicators: Collection[str] | None) -> None:
    kind = target["kind"]
    if kind in COUNTED and "value" not in target:
        document.fault(path, _("A target of kind “%(kind)s” has no value.") % {"kind": kind}, _("value: a number"))
    if kind == "qualitative" and "value" in target:
        document.fault((*path, "value"), _("A qualitative target has a value."), _("no value, or another kind"))
    if kind == "range" and "value_max" not in target:
        document.fault(path, _("A range has no upper end."), _("value_max: a number"))
    if kind == "range" and target.get("value_max", float("inf")) <= target.get("value", 0):
        document.fault((*path, "value_max"), _("The range ends before it begins."), _("more than %(value)s") % {"value": target["value"]})
    for part, owner in (("value_max", "range"), ("tolerance", "about")):
        if part in target and kind != owner:
            message = _("“%(part)s” belongs to targets of kind “%(kind)s” only.") % {"part": part, "kind": owner}
            document.fault((*path, part), message, _("no such line here"), key=True)
    if target.get("due", document.data["period"]["starts"]) < document.data["period"]["starts"]:
        document.fault(
            (*path, "due"),
            _("The target is due before the plan starts."),
            _("a day after %(day)s") % {"day": document.data["period"]["starts"]},
        )
    if "options" in target and "indicator" not in target:
        document.fault((*path, "options"), _("Options are given without an indicator."), _("indicator: room.name"), key=True)
    if indicators is not None and "indicator" in target:
        known(document, (*path, "indicator"), target["indicator"], sorted(indicators), _("an indicator that a room counts"))


def known(document: Document, path: YamlPath, value: str, names: Collection[str], what: str, *, key: bool = False) -> bool:
    """Report ``value`` at ``path`` unless it is one of ``names``; ``what`` says in words what they are."""
    if value in names:
        return True
    near = did_you_mean(value, names)
    if near:
        message = _("“%(value)s” is not known here; did you mean “%(near)s”?") % {"value": value, "near": near}
    else:
        message = _("“%(value)s” is not known here.") % {"value": value}
    some = sorted(map(str, names))
    listing = ", ".join(some[:12]) + ("…" if len(some) > 12 else "")
    document.fault(path, message, f"{what}: {listing}" if some else what, key=key)
    return False
