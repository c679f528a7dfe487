"""Do the fields of a form agree with each other and with the code lists? The call file has passed its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.expressions import Name
from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.calls import Codes, unique
from pilotage.plan.refs.form_names import KINDS, as_list, formula_names, option_values
from pilotage.plan.refs.formulas import check_circles, check_formula, check_rules
from pilotage.plan.refs.plan import known

ANY = frozenset(
    {
        "key", "type", "label", "help", "example", "required", "required_if", "show_if", "summary", "public", "maps_to", "prefill", "confirm",
        "identity", "role", "renamed_from", "verified", "source",
    }
)  # fmt: skip
OWN: Mapping[str, frozenset[str]] = {
    "registry": frozenset({"path"}),
    "text": frozenset({"max_length", "invoice_number", "entry_of"}),
    "textarea": frozenset({"min_chars", "max_chars"}),
    "integer": frozenset({"min", "max", "unit", "units", "total"}),
    "decimal": frozenset({"min", "max", "places", "unit", "units", "total"}),
    "money": frozenset({"min", "max", "places", "unit", "units", "total"}),
    "choice": frozenset({"options", "codes"}),
    "multichoice": frozenset({"options", "codes", "min", "max"}),
    "scenarios": frozenset({"codes", "min", "max", "max_chars"}),
    "before_after": frozenset({"unit", "better", "places", "min", "max"}),
    "table": frozenset({"columns", "min_rows", "max_rows", "row_rules"}),
    "computed": frozenset({"formula", "places", "unit"}),
    "attachment": frozenset({"accept", "max_mb", "max_count", "invoice"}),
    "statement": frozenset({"text"}),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "registry": ("path",),
    "text": ("max_length",),
    "textarea": ("max_chars",),
    "scenarios": ("codes",),
    "before_after": ("better", "unit"),
    "table": ("columns", "max_rows"),
    "computed": ("formula",),
    "attachment": ("accept", "max_mb", "max_count"),
    "statement": ("text",),
}
PAIRS = (("min", "max"), ("min_chars", "max_chars"), ("min_rows", "max_rows"))


def check_form(document: Document, codes: Codes) -> None:
    """Append a Problem for every disagreement inside ``form``."""
    form = document.data["form"]
    sections = form["sections"]
    unique(document, ("form", "sections"), (section["key"] for section in sections), "key")
    placed = [
        (("form", "sections", index, "fields", position), field)
        for index, section in enumerate(sections)
        for position, field in enumerate(section["fields"])
    ]
    fields = {field["key"]: field for _path, field in placed}
    names = formula_names(fields.values(), codes)
    in_circle = check_circles(document, placed, names)
    earlier: dict[str, dict[str, Any]] = {}
    mapped: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for path, field in placed:
        _check_key(document, path, field, earlier)
        _check_field(document, path, field, codes)
        if field["key"] not in in_circle:
            _check_condition(document, (*path, "show_if"), field.get("show_if"), earlier, codes, _("a field that stands before this one"))
        _check_condition(document, (*path, "required_if"), field.get("required_if"), fields, codes, _("a field of this form"))
        _check_mapping(document, path, field, mapped)
        _check_renamed(document, path, field, fields, renamed)
        if "formula" in field and field["type"] == "computed":
            check_formula(document, (*path, "formula"), field["formula"], names, wants_number=True)
        earlier.setdefault(field["key"], field)
    for index, section in enumerate(sections):
        _check_renamed(document, ("form", "sections", index), section, {each["key"] for each in sections}, {})
    check_rules(document, ("form", "rules"), form.get("rules", []), names, fields, _("a field of this form"))


def _check_key(document: Document, path: YamlPath, field: dict[str, Any], earlier: Mapping[str, Any]) -> None:
    if field["key"] in earlier:
        document.fault((*path, "key"), _("There is a field “%(key)s” already.") % {"key": field["key"]}, _("a key of its own"))


def _check_field(document: Document, path: YamlPath, field: dict[str, Any], codes: Codes) -> None:
    kind = field["type"]
    for option in NEEDED.get(kind, ()):
        if option not in field:
            message = _("A field of type “%(type)s” needs “%(option)s”.") % {"type": kind, "option": option}
            document.fault(path, message, f"{option}: …")
    allowed = ANY | OWN.get(kind, frozenset())
    for option in sorted(set(field) - allowed):
        message = _("“%(option)s” is no option of a field of type “%(type)s”.") % {"option": option, "type": kind}
        document.fault((*path, option), message, ", ".join(sorted(allowed)), key=True)
    for low, high in PAIRS:
        if low in field and high in field and field[high] < field[low]:
            message = _("“%(high)s” is less than “%(low)s”.") % {"high": high, "low": low}
            document.fault((*path, high), message, _("at least %(count)s") % {"count": field[low]})
    _check_choices(document, path, field, codes)
    _check_units(document, path, field)
    columns = field.get("columns", [])
    unique(document, (*path, "columns"), (column["key"] for column in columns), "key")
    for index, column in enumerate(columns):
        _check_field(document, (*path, "columns", index), column, codes)
    names: Mapping[str, Name] = formula_names(columns, codes)
    keys = [column["key"] for column in columns]
    check_rules(document, (*path, "row_rules"), field.get("row_rules", []), names, keys, _("a column of this table"))


def _check_choices(document: Document, path: YamlPath, field: dict[str, Any], codes: Codes) -> None:
    if "codes" in field:
        known(document, (*path, "codes"), field["codes"], codes, _("a list in codes/"))
    if field["type"] not in {"choice", "multichoice"}:
        return
    if ("codes" in field) == ("options" in field):
        document.fault(path, _("A choice takes its options from one place."), _("either options or codes"))
    unique(document, (*path, "options"), (option["value"] for option in field.get("options", [])), "value")


def _check_condition(
    document: Document, path: YamlPath, condition: Any, fields: Mapping[str, dict[str, Any]], codes: Codes, what: str
) -> None:
    """``fields``: those it may name; ``what`` says in words which these are."""
    listed = isinstance(condition, list)
    for index, tests in enumerate(as_list(condition)):
        for key, wanted in tests.items():
            here = (*path, index, key) if listed else (*path, key)
            if not known(document, here, key, fields, what, key=True):
                continue
            if fields[key]["type"] not in KINDS:
                message = _("“%(key)s” is not answered in the form, so nothing can hang on it.") % {"key": key}
                document.fault(here, message, _("a field that is typed or computed"), key=True)
            elif isinstance(wanted, Mapping):
                _check_limits(document, here, fields[key], wanted)
            else:
                _check_values(document, here, fields[key], wanted, codes)


def _check_limits(document: Document, path: YamlPath, field: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    is_day, is_number = field["type"] in {"date", "month"}, KINDS[field["type"]] == "number"
    for name in ("min", "max"):
        if name not in wanted:
            continue
        if not (is_day or is_number):
            document.fault((*path, name), _("“%(key)s” is neither a number nor a day.") % {"key": field["key"]}, "filled", key=True)
        elif isinstance(wanted[name], str) is not is_day:
            document.fault((*path, name), _("“%(key)s” never compares with this.") % {"key": field["key"]}, _FORMS[field["type"]]())


_FORMS = {kind: (lambda: _("a number")) for kind, found in KINDS.items() if found == "number"} | {
    "date": lambda: _("a day, YYYY-MM-DD"),
    "month": lambda: _("a month, YYYY-MM"),
}


def _check_values(document: Document, path: YamlPath, field: Mapping[str, Any], wanted: Any, codes: Codes) -> None:
    values = [True, False] if KINDS[field["type"]] == "boolean" else option_values(field, codes)
    for index, value in enumerate(as_list(wanted)):
        if values and value not in values:
            message = _("“%(key)s” never has the value “%(value)s”.") % {"key": field["key"], "value": value}
            here = (*path, index) if isinstance(wanted, list) else path
            document.fault(here, message, ", ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values))


def _check_mapping(document: Document, path: YamlPath, field: dict[str, Any], mapped: dict[str, str]) -> None:
    column = field.get("maps_to")
    if column is None:
        return
    if column in mapped:
        message = _("The field “%(key)s” fills “%(column)s” already.") % {"key": mapped[column], "column": column}
        document.fault((*path, "maps_to"), message, _("one field for each column"))
    mapped.setdefault(column, field["key"])


def _check_renamed(document: Document, path: YamlPath, part: dict[str, Any], present: Any, renamed: dict[str, str]) -> None:
    """An earlier key is one that is no longer used, and leads to one newer key."""
    for key in as_list(part.get("renamed_from")):
        if key in present:
            message = _("“%(key)s” is still a key of this form.") % {"key": key}
            document.fault((*path, "renamed_from"), message, _("a key of an earlier version"))
        elif key in renamed:
            message = _("“%(newer)s” was called “%(key)s” already.") % {"newer": renamed[key], "key": key}
            document.fault((*path, "renamed_from"), message, _("one newer key for each earlier one"))
        renamed.setdefault(key, part["key"])


def _check_units(document: Document, path: YamlPath, field: dict[str, Any]) -> None:
    units = field.get("units", [])
    unique(document, (*path, "units"), (unit["code"] for unit in units), "code")
    if units and "unit" in field:
        document.fault((*path, "unit"), _("The units are listed already."), _("either unit or units"), key=True)
    for index, unit in enumerate(units):
        here = (*path, "units", index)
        if index == 0 and unit.get("factor", 1) != 1:
            document.fault((*here, "factor"), _("The first unit is the one that is stored."), "1")
        if index and "factor" not in unit:
            document.fault(here, _("“%(key)s” is missing.") % {"key": "factor"}, _("how many of the first unit one of this makes"))
