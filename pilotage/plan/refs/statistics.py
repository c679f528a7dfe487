"""Do the parts of a data set agree with each other and with the plan? The document has passed its schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.expressions import Kind, Name
from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.calls import unique
from pilotage.plan.refs.form_names import circle
from pilotage.plan.refs.formulas import check_formula
from pilotage.plan.refs.plan import known

FIRST_MONTHS = {"month": tuple(f"{month:02d}" for month in range(1, 13)), "quarter": ("01", "04", "07", "10"), "year": ("01",)}


def check_data_set(document: Document, plan: Mapping[str, Any] | None, _codes: Mapping[str, list[dict[str, str]]]) -> None:
    content = document.data
    codes = [element["code"] for element in content["elements"]]
    unique(document, ("elements",), codes, "code")
    _check_span(document, content)
    _check_reporters(document, content, plan)
    for index, element in enumerate(content["elements"]):
        _check_element(document, index, element, codes)
    _check_circle(document, content["elements"])
    _check_rules(document, content.get("rules", []), codes)
    _check_recorded(document, content, codes)


def check_counted(plan: Document, data_sets: Sequence[Document]) -> None:
    """Do targets that count outside numbers name a data set and elements that are there? Broken data sets are left out."""
    if any(document.problems for document in data_sets):
        return
    elements = {document.data["data_set"]: [each["code"] for each in document.data["elements"]] for document in data_sets}
    for area_index, area in enumerate(plan.data["areas"]):
        for measure_index, measure in enumerate(area["measures"]):
            for index, target in enumerate(measure["targets"]):
                if str(target.get("indicator", "")).startswith("statistics."):
                    _check_options(plan, ("areas", area_index, "measures", measure_index, "targets", index), target, elements)


def _check_options(plan: Document, path: YamlPath, target: Mapping[str, Any], elements: Mapping[str, list[str]]) -> None:
    options = target.get("options", {})
    wanted = ("data_set", "element", "of") if target["indicator"] == "statistics.rate" else ("data_set", "element")
    for name in wanted:
        if name not in options:
            plan.fault((*path, "options"), _("“%(key)s” is missing.") % {"key": name}, ", ".join(wanted))
    if "data_set" not in options:
        return
    for name, data_set in (("element", options["data_set"]), ("of", options.get("of_data_set", options["data_set"]))):
        part = "of_data_set" if name == "of" and "of_data_set" in options else "data_set"
        if known(plan, (*path, "options", part), str(data_set), list(elements), _("a data set in statistics/")) and name in options:
            known(plan, (*path, "options", name), str(options[name]), elements[data_set], _("an element of the data set"))


def _check_span(document: Document, content: Mapping[str, Any]) -> None:
    _year, month, day = content["starts"].split("-")
    if day != "01" or month not in FIRST_MONTHS[content["period"]]:
        message = _("The first period does not begin on this day.")
        document.fault(("starts",), message, _("the first day of a period of kind “%(kind)s”") % {"kind": content["period"]})
    if content.get("ends", content["starts"]) < content["starts"]:
        document.fault(("ends",), _("The data set ends before it starts."), _("a day after %(day)s") % {"day": content["starts"]})


def _check_reporters(document: Document, content: Mapping[str, Any], plan: Mapping[str, Any] | None) -> None:
    reports = content["reports"]
    wanted, other = ("units", "divisions") if reports["level"] == "unit" else ("divisions", "units")
    if other in reports:
        message = _("“%(part)s” does not go with the level “%(level)s”.") % {"part": other, "level": reports["level"]}
        document.fault(("reports", other), message, wanted, key=True)
    if reports["level"] == "unit" and "units" not in reports:
        document.fault(("reports",), _("It is not said which units report."), _("units: a list of unit codes"))
    if plan is not None and wanted == "units":
        listed = [unit["code"] for unit in plan.get("units", [])]
        for index, code in enumerate(reports.get("units", [])):
            known(document, ("reports", "units", index), code, listed, _("a unit of plan.yaml"))
    if reports["level"] == "province" and any(not code.endswith("0000") for code in reports.get("divisions", [])):
        index = next(i for i, code in enumerate(reports["divisions"]) if not code.endswith("0000"))
        document.fault(("reports", "divisions", index), _("This is no code of a province."), _("six digits ending in 0000"))
    _check_approval(document, content)


def _check_approval(document: Document, content: Mapping[str, Any]) -> None:
    chain = content.get("approved_by", [])
    if chain[-1:] == ["province"] and len(chain) > 1:
        document.fault(("approved_by",), _("The secretariat comes after the province."), "[province, secretariat]")
    if "province" in chain and content["reports"]["level"] != "city":
        message = _("A province approves what cities report, nothing else.")
        document.fault(("approved_by", chain.index("province")), message, "[secretariat]")


def _check_element(document: Document, index: int, element: Mapping[str, Any], codes: Sequence[str]) -> None:
    path = ("elements", index)
    if "min" in element and "max" in element and element["max"] < element["min"]:
        document.fault((*path, "max"), _("“max” is less than “min”."), _("at least %(limit)s") % {"limit": element["min"]})
    if element["kind"] == "integer" and "places" in element:
        document.fault((*path, "places"), _("A whole number has no decimals."), _("no such line here"), key=True)
    if element.get("counts") == "flow" and element.get("never_falls"):
        message = _("What comes in a period may be less than in the one before.")
        document.fault((*path, "never_falls"), message, _("counts: stock, or no never_falls"), key=True)
    if element["kind"] == "percent" and element.get("counts") == "flow":
        document.fault((*path, "counts"), _("Percentages of several periods cannot be added up."), "stock")
    for position, code in enumerate(element.get("sum_of", [])):
        known(document, (*path, "sum_of", position), code, codes, _("an element of this file"))


def _check_circle(document: Document, elements: Sequence[Mapping[str, Any]]) -> None:
    path = circle({element["code"]: list(element.get("sum_of", [])) for element in elements})
    for index, element in enumerate(elements):
        if path and element["code"] == path[0]:
            message = _("Sums go round in a circle: %(path)s.") % {"path": " → ".join(path)}
            document.fault(("elements", index, "sum_of"), message, _("elements that do not wait for each other"))
            return


def _check_rules(document: Document, rules: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> None:
    names = {code: Name(Kind.NUMBER) for code in codes}
    names |= {f"previous_{code}": Name(Kind.NUMBER) for code in codes}
    unique(document, ("rules",), (rule["key"] for rule in rules), "key")
    for index, rule in enumerate(rules):
        check_formula(document, ("rules", index, "check"), rule["check"], names)
        for position, code in enumerate(rule["elements"]):
            known(document, ("rules", index, "elements", position), code, codes, _("an element of this file"))


FORMS = {"month": (7, "2023-06"), "quarter": (6, "2023Q2"), "year": (4, "2023")}


def _check_recorded(document: Document, content: Mapping[str, Any], codes: Sequence[str]) -> None:
    length, example = FORMS[content["period"]]
    seen: set[tuple[str, str, str]] = set()
    for index, figure in enumerate(content.get("recorded", [])):
        path = ("recorded", index)
        known(document, (*path, "element"), figure["element"], codes, _("an element of this file"))
        if len(figure["period"]) != length:
            message = _("“%(period)s” is no period of kind “%(kind)s”.") % {"period": figure["period"], "kind": content["period"]}
            document.fault((*path, "period"), message, example)
        key = figure["period"], figure.get("reporter", ""), figure["element"]
        if key in seen:
            document.fault(path, _("This figure is given already."), _("each figure once"))
        seen.add(key)
