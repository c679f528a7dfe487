"""Do the formulas of a form say what can be reckoned, and does nothing hang on itself?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.expressions import Expression, ExpressionError, Kind, Name, compile_expression
from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.calls import unique
from pilotage.plan.refs.form_names import circle, condition_fields
from pilotage.plan.refs.plan import known


def check_rules(
    document: Document, path: YamlPath, rules: Sequence[Mapping[str, Any]], names: Mapping[str, Name], shown: Collection[str], what: str
) -> None:
    """``shown``: where a sentence can stand; ``what`` says in words what these are."""
    unique(document, path, (rule["key"] for rule in rules), "key")
    for index, rule in enumerate(rules):
        check_formula(document, (*path, index, "check"), rule["check"], names)
        for position, key in enumerate(rule["fields"]):
            known(document, (*path, index, "fields", position), key, shown, what)


def check_formula(document: Document, path: YamlPath, source: str, names: Mapping[str, Name], *, wants_number: bool = False) -> None:
    try:
        found = compile_expression(source, names)
    except ExpressionError as error:
        document.fault(path, str(error), _("a formula over: %(names)s") % {"names": _some(names)})
        return
    if found.kind is not (Kind.NUMBER if wants_number else Kind.BOOLEAN):
        document.fault(
            path,
            _("The formula gives no number.") if wants_number else _("The formula does not say yes or no."),
            _("a formula such as a / b") if wants_number else _("a formula such as a <= b"),
        )


def _some(names: Mapping[str, Name]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:12]) + ("…" if len(listed) > 12 else "")


def check_circles(document: Document, placed: Sequence[tuple[YamlPath, Mapping[str, Any]]], names: Mapping[str, Name]) -> set[str]:
    """The fields of a circle among conditions and formulas, which is named with its path."""
    needs = {field["key"]: condition_fields(field.get("show_if")) + _read_by(field, names) for _path, field in placed}
    path = circle(needs)
    for where, field in placed:
        if path and field["key"] == path[0]:
            part = "formula" if path[1] in _read_by(field, names) else "show_if"
            message = _("Conditions and formulas go round in a circle: %(path)s.") % {"path": " → ".join(path)}
            document.fault((*where, part), message, _("fields that do not wait for each other"))
            break
    return set(path)


def _read_by(field: Mapping[str, Any], names: Mapping[str, Name]) -> list[str]:
    if field["type"] != "computed" or "formula" not in field:
        return []
    found = _compiled(field["formula"], names)
    return list(found.names) if found else []


def _compiled(source: str, names: Mapping[str, Name]) -> Expression | None:
    try:
        return compile_expression(source, names)
    except ExpressionError:
        return None
