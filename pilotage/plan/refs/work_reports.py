"""Does a report template speak of what the plan has? The document has passed its schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document, YamlPath
from pilotage.plan.refs.plan import known
from pilotage.plan.refs.work_report_parts import NEEDED, OPTIONS, fields_in, is_known, known_fields
from pilotage.plan.schema import did_you_mean

EXAMPLES = {"key": "key: summary", "title": "title: {zh: …, en: …}", "default": "default: {zh: …, en: …}", "call": "call: …"}


def check_work_report(document: Document, plan: Mapping[str, Any] | None, codes: Mapping[str, list[dict[str, str]]]) -> None:
    """Append a Problem for every disagreement. Without a readable plan the codes of targets are left unchecked."""
    targets = None if plan is None else target_codes(plan)
    lines: dict[str, int] = {}
    for index, part in enumerate(document.data["parts"]):
        path = ("parts", index)
        _check_options(document, path, part)
        _check_key(document, path, part, lines)
        for position, code in enumerate(part.get("targets", []) if targets is not None else []):
            known(document, (*path, "targets", position), code, targets or [], _("the code of a target of plan.yaml"))
        for language, text in part.get("default", {}).items():
            _check_text(document, (*path, "default", language), text, targets)


def target_codes(plan: Mapping[str, Any]) -> list[str]:
    return [target["code"] for area in plan["areas"] for measure in area["measures"] for target in measure["targets"]]


def _check_options(document: Document, path: YamlPath, part: dict[str, Any]) -> None:
    kind = part["kind"]
    allowed = OPTIONS.get(kind, frozenset()) | {"kind", "title"}
    for option in part:
        if option not in allowed:
            message = _("A part of kind “%(kind)s” takes no “%(option)s”.") % {"kind": kind, "option": option}
            document.fault((*path, option), message, _("one of: %(names)s") % {"names": ", ".join(sorted(allowed))}, key=True)
    for option in NEEDED.get(kind, ()):
        if option not in part:
            message = _("A part of kind “%(kind)s” needs “%(option)s”.") % {"kind": kind, "option": option}
            document.fault(path, message, EXAMPLES[option])


def _check_key(document: Document, path: YamlPath, part: dict[str, Any], lines: dict[str, int]) -> None:
    key = part.get("key")
    if key is None:
        return
    if key in lines:
        message = _("“%(value)s” is used already in line %(line)d.") % {"value": key, "line": lines[key]}
        document.fault((*path, "key"), message, _("a name of its own"))
    lines.setdefault(key, document.at((*path, "key"))[0])


def _check_text(document: Document, path: YamlPath, text: str, targets: Collection[str] | None) -> None:
    """A field of a target cannot be looked up without a readable plan; it then counts as known."""
    for field in fields_in(text):
        codes = targets if targets is not None else [field.rpartition(".")[0]]
        if is_known(field, codes):
            continue
        near = did_you_mean(field, known_fields(codes))
        shown = {"field": f"{{{field}}}", "near": f"{{{near}}}"}
        sentence = _("The field “%(field)s” is not known; did you mean “%(near)s”?") if near else _("The field “%(field)s” is not known.")
        document.fault(
            path, sentence % shown, _("one of: %(names)s") % {"names": ", ".join(known_fields(()))} + _("; or of a target: M03-1.value")
        )
