"""Do the conditions of a call file have what each rule needs, and speak of its form and the code lists? The schema has passed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.plan import known

Codes = Mapping[str, list[dict[str, str]]]

NEEDS: Mapping[str, tuple[str, ...]] = {
    "legal_person": (),
    "region": ("provinces",),
    "industry": ("codes",),
    "declared": ("field",),
    "choice": ("field", "in"),
    "amount": ("field", "min"),
    "holds": ("directory",),
    "not_holding": ("directory",),
    "holds_title": ("titles",),
    "one_per": (),
}
MAY: Mapping[str, tuple[str, ...]] = {
    "legal_person": ("branches",),
    "declared": ("value", "years"),
    "holds": ("label",),
    "not_holding": ("label", "years"),
    "one_per": ("fields",),
}
COMMON = ("rule", "key", "title", "source", "verified")
NUMBERS = frozenset({"integer", "decimal", "money", "computed"})


def check_eligibility(document: Document, codes: Codes) -> None:
    """Append a Problem for a parameter that is missing or belongs to another rule, and for an unknown field or answer."""
    call = document.data
    fields = {field["key"]: field for section in call["form"]["sections"] for field in section["fields"]}
    for index, rule in enumerate(call.get("eligibility", [])):
        _check_rule(document, ("eligibility", index), rule, fields, codes)


def _check_rule(document: Document, path: YamlPath, rule: dict[str, Any], fields: Mapping[str, dict[str, Any]], codes: Codes) -> None:
    kind = rule["rule"]
    for name in NEEDS[kind]:
        if name not in rule:
            document.fault(path, _("The rule “%(rule)s” needs “%(option)s”.") % {"rule": kind, "option": name}, f"{name}: …")
    allowed = {*COMMON, *NEEDS[kind], *MAY.get(kind, ())}
    for name in sorted(set(rule) - allowed):
        message = _("“%(option)s” is no option of the rule “%(rule)s”.") % {"option": name, "rule": kind}
        document.fault((*path, name), message, ", ".join(sorted(allowed)), key=True)
    what = _("a field of the form")
    if "field" in rule and known(document, (*path, "field"), rule["field"], fields, what):
        _check_answer(document, path, rule, fields[rule["field"]], codes)
    for position, key in enumerate(rule.get("fields", [])):
        known(document, (*path, "fields", position), key, fields, what)


def _check_answer(document: Document, path: YamlPath, rule: dict[str, Any], field: dict[str, Any], codes: Codes) -> None:
    if rule["rule"] == "amount" and field["type"] not in NUMBERS:
        document.fault((*path, "field"), _("The field “%(key)s” is no number.") % {"key": field["key"]}, ", ".join(sorted(NUMBERS)))
    if rule["rule"] == "choice":
        values = [option["value"] for option in field.get("options", [])] or [row["code"] for row in codes.get(field.get("codes", ""), [])]
        for position, value in enumerate(rule.get("in", [])):
            known(document, (*path, "in", position), value, values, _("an option of the field"))
