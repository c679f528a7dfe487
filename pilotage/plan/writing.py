"""plan.yaml into rows. Called by ``services.load_folder`` inside its transaction; everything is matched by code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from pilotage.plan.models import Action, Area, Measure, Plan, ResponsibleUnit, Target
from pilotage.plan.work.writing import write_milestones

Values = dict[str, Any]


def write_plan(content: Values, *, number: int) -> Plan:
    """The plan with all its parts as ``content`` says; parts it no longer names are deleted."""
    declared = content.get("declared", {})
    plan, _created = Plan.objects.update_or_create(
        slug=content["plan"],
        defaults={
            **_title(content["title"]),
            "issuer_zh": content["issuer"]["zh"],
            "issuer_en": content["issuer"]["en"],
            "document_number": content.get("document", {}).get("number", ""),
            "issued_on": _day(content.get("issued", {}).get("on")),
            "is_issue_date_verified": content.get("issued", {}).get("verified", True),
            "starts_on": date.fromisoformat(content["period"]["starts"]),
            "ends_on": date.fromisoformat(content["period"]["ends"]),
            "declared_action_count": declared.get("actions"),
            "declared_measure_count": declared.get("measures"),
            "notes": content.get("notes", []),
            "sources": sources(content.get("source")),
            "reporting": content.get("reporting", {}),
            "version": number,
        },
    )
    _write_units(plan, content.get("units", []))
    _write_areas(plan, content["areas"])
    write_milestones(plan, content["areas"])
    return plan


def sources(value: Any) -> list[dict[str, str]]:
    """The three ways a source may be written, as one: a list of ``{"url", "note"}``."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [{"url": item, "note": ""} if isinstance(item, str) else {"url": item["url"], "note": item.get("note", "")} for item in items]


def _title(text: Values) -> Values:
    return {"title_zh": text["zh"], "title_en": text["en"]}


def _doubt(content: Values) -> Values:
    return {"is_verified": content.get("verified", True), "sources": sources(content.get("source"))}


def _weight(content: Values) -> Values:
    return {"weight": _decimal(content.get("weight"))}


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _sync(existing: dict[str, Any], model: type[models.Model], rows: list[tuple[str, Values]]) -> dict[str, Any]:
    """Create, update or delete so that exactly ``rows`` (code, values) remain of ``existing``; the objects by code."""
    wanted = {code for code, _values in rows}
    for code, obj in existing.items():
        if code not in wanted:
            obj.delete()
    kept = {}
    for code, values in rows:
        obj = existing.get(code) or model(code=code)
        if obj.pk is None or any(getattr(obj, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(obj, name, value)
            obj.save()
        kept[code] = obj
    return kept


def _by_code(queryset: models.QuerySet) -> dict[str, Any]:
    return {obj.code: obj for obj in queryset}


def _write_units(plan: Plan, units: list[Values]) -> None:
    rows = [(unit["code"], {"plan": plan, **_title(unit["title"]), "sources": sources(unit.get("source"))}) for unit in units]
    _sync(_by_code(plan.units.all()), ResponsibleUnit, rows)


def _write_areas(plan: Plan, content: list[Values]) -> None:
    """Areas that go are deleted last, so that a measure may move out of one before."""
    wanted = {area["code"] for area in content}
    leaving = plan.areas.exclude(code__in=wanted)
    staying = {code: area for code, area in _by_code(plan.areas.all()).items() if code in wanted}
    areas = _sync(
        staying, Area, [(a["code"], {"plan": plan, "position": i, **_title(a["title"]), **_weight(a)}) for i, a in enumerate(content)]
    )
    actions = _sync(
        _by_code(Action.objects.filter(area__plan=plan)),
        Action,
        [
            (
                action["code"],
                {"area": areas[area["code"]], "position": index, **_title(action["title"]), **_weight(action), **_doubt(action)},
            )
            for area in content
            for index, action in enumerate(area["actions"])
        ],
    )
    measures = _sync(
        _by_code(Measure.objects.filter(area__plan=plan)),
        Measure,
        [(m["code"], _measure(m, index, areas[area["code"]], actions)) for area in content for index, m in enumerate(area["measures"])],
    )
    units = _by_code(plan.units.all())
    for area in content:
        for measure in area["measures"]:
            _write_parts(measures[measure["code"]], measure, units)
    leaving.delete()


def _measure(content: Values, position: int, area: Area, actions: dict[str, Action]) -> Values:
    return {
        "area": area,
        "action": actions.get(content.get("action", "")),
        "position": position,
        **_title(content["title"]),
        **_weight(content),
        **_doubt(content),
        "are_units_verified": content.get("units_verified", True),
        "due_on": _day(content.get("due")),
        "carries_over_to": _day(content.get("carries_over_to")),
    }


def _write_parts(measure: Measure, content: Values, units: dict[str, ResponsibleUnit]) -> None:
    measure.lead_units.set([units[code] for code in content.get("lead", [])])
    measure.cooperating_units.set([units[code] for code in content.get("cooperating", [])])
    rows = [(target["code"], _target(target, index, measure)) for index, target in enumerate(content["targets"])]
    _sync(_by_code(measure.targets.all()), Target, rows)


def _target(content: Values, position: int, measure: Measure) -> Values:
    unit = content.get("unit", {"zh": "", "en": ""})
    return {
        "measure": measure,
        "position": position,
        **_title(content["title"]),
        **_doubt(content),
        "kind": content["kind"],
        "value": _decimal(content.get("value")),
        "value_max": _decimal(content.get("value_max")),
        "tolerance": _decimal(content.get("tolerance")),
        "unit_zh": unit["zh"],
        "unit_en": unit["en"],
        "indicator": content.get("indicator", ""),
        "indicator_options": content.get("options", {}),
        "due_on": _day(content.get("due")),
    }
