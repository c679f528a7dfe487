"""Do the fields of a form agree with each other and with the code lists? The call file has passed its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.callrefs import Codes, unique
from pilotage.plan.crossrefs import known
from pilotage.plan.positions import Document, YamlPath

ANY = frozenset({"key", "type", "label", "help", "required", "show_if", "summary", "public", "maps_to", "verified", "source"})
OWN: Mapping[str, frozenset[str]] = {
    "registry": frozenset({"path"}),
    "text": frozenset({"max_length"}),
    "textarea": frozenset({"min_chars", "max_chars"}),
    "integer": frozenset({"min", "max", "unit"}),
    "decimal": frozenset({"min", "max", "places", "unit"}),
    "money": frozenset({"min", "max", "unit"}),
    "choice": frozenset({"options", "codes"}),
    "multichoice": frozenset({"options", "codes", "min", "max"}),
    "scenarios": frozenset({"codes", "min", "max", "max_chars"}),
    "before_after": frozenset({"unit", "better", "places", "min", "max"}),
    "table": frozenset({"columns", "min_rows", "max_rows"}),
    "attachment": frozenset({"accept", "max_mb", "max_count"}),
    "statement": frozenset({"text"}),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "registry": ("path",),
    "text": ("max_length",),
    "textarea": ("max_chars",),
    "scenarios": ("codes",),
    "before_after": ("better", "unit"),
    "table": ("columns", "max_rows"),
    "attachment": ("accept", "max_mb", "max_count"),
    "statement": ("text",),
}
PAIRS = (("min", "max"), ("min_chars", "max_chars"), ("min_rows", "max_rows"))


def check_form(document: Document, codes: Codes) -> None:
    """Append a Problem for every disagreement inside ``form``."""
    sections = document.data["form"]["sections"]
    unique(document, ("form", "sections"), (section["key"] for section in sections), "key")
    earlier: dict[str, dict[str, Any]] = {}
    mapped: dict[str, str] = {}
    for index, section in enumerate(sections):
        for position, field in enumerate(section["fields"]):
            path = ("form", "sections", index, "fields", position)
            _check_key(document, path, field, earlier)
            _check_field(document, path, field, codes)
            _check_show_if(document, path, field, earlier, codes)
            _check_mapping(document, path, field, mapped)
            earlier.setdefault(field["key"], field)


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
    columns = field.get("columns", [])
    unique(document, (*path, "columns"), (column["key"] for column in columns), "key")
    for index, column in enumerate(columns):
        _check_field(document, (*path, "columns", index), column, codes)


def _check_choices(document: Document, path: YamlPath, field: dict[str, Any], codes: Codes) -> None:
    if "codes" in field:
        known(document, (*path, "codes"), field["codes"], codes, _("a list in codes/"))
    if field["type"] not in {"choice", "multichoice"}:
        return
    if ("codes" in field) == ("options" in field):
        document.fault(path, _("A choice takes its options from one place."), _("either options or codes"))
    unique(document, (*path, "options"), (option["value"] for option in field.get("options", [])), "value")


def _check_show_if(document: Document, path: YamlPath, field: dict[str, Any], earlier: Mapping[str, dict[str, Any]], codes: Codes) -> None:
    for key, value in field.get("show_if", {}).items():
        here = (*path, "show_if", key)
        if not known(document, here, key, earlier, _("a field that stands before this one"), key=True):
            continue
        other = earlier[key]
        if other["type"] == "boolean":
            values: list[Any] = [True, False]
        else:
            values = [option["value"] for option in other.get("options", [])] + [
                row["code"] for row in codes.get(other.get("codes", ""), [])
            ]
        if values and value not in values:
            message = _("“%(key)s” never has the value “%(value)s”.") % {"key": key, "value": value}
            document.fault(here, message, ", ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values))


def _check_mapping(document: Document, path: YamlPath, field: dict[str, Any], mapped: dict[str, str]) -> None:
    column = field.get("maps_to")
    if column is None:
        return
    if column in mapped:
        message = _("The field “%(key)s” fills “%(column)s” already.") % {"key": mapped[column], "column": column}
        document.fault((*path, "maps_to"), message, _("one field for each column"))
    mapped.setdefault(column, field["key"])
