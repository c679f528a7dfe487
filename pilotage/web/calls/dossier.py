"""The answers of an application as they are read: sections of label and value, shaped per type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime

from pilotage.calls.form_display import display
from pilotage.calls.form_fields import Field
from pilotage.calls.form_values import is_empty
from pilotage.web.calls.fields import change
from pilotage.web.calls.sheet import Sheet


def sections(sheet: Sheet, *, registry: Mapping[str, str] | None = None, files: Sequence[Any] | None = None) -> list[dict[str, Any]]:
    """With ``registry`` and ``files`` a filed revision is read, else the application as it is now."""
    known = sheet.registry if registry is None else registry
    kept = sheet.attachments if files is None else files
    found = []
    for section in sheet.form.sections:
        lines = [_line(sheet, field, known, kept) for field in section.fields if sheet.form.is_visible(field.key, sheet.data)]
        effects = [line for line in lines if line["shape"] == "effect"]
        found.append(
            {
                "key": section.key,
                "title": section.title,
                "facts": [line for line in lines if line["shape"] in {"fact", "files"}],
                "effects": effects,
                "rest": [line for line in lines if line["shape"] in {"text", "table", "scenarios", "statement"}],
            }
        )
    return found


def _line(sheet: Sheet, field: Field, registry: Mapping[str, str], files: Sequence[Any]) -> dict[str, Any]:
    value = registry.get(field.path, "") if field.type == "registry" else sheet.data.get(field.key)
    line: dict[str, Any] = {"field": field, "value": value, "is_empty": is_empty(value), "shape": _SHAPES.get(field.type, "fact")}
    match line["shape"]:
        case "fact":
            line["words"] = (value or "–") if field.type == "registry" else sheet.words(field, value)
        case "files":
            line["files"] = [_file(each) for each in files if _field_of(each) == field.key]
        case "effect":
            pair = value or {}
            line |= {"before": pair.get("before"), "after": pair.get("after"), "change": change(pair.get("before"), pair.get("after"))}
        case "table":
            line["rows"] = [[display(column, row.get(column.key)) for column in field.columns] for row in value or []]
        case "scenarios":
            line["scenarios"] = [(option, (value or {}).get(option.value)) for option in field.options]
            line["used"] = len(value or {})
        case "statement":
            line["stated"] = value if isinstance(value, dict) else {"agreed": bool(value)}
            line["stated_at"] = parse_datetime(line["stated"].get("at") or "")
    return line


_SHAPES = {
    "textarea": "text",
    "attachment": "files",
    "before_after": "effect",
    "table": "table",
    "scenarios": "scenarios",
    "statement": "statement",
}


def _field_of(file: Any) -> str:
    return file["field"] if isinstance(file, dict) else file.field


def _file(file: Any) -> dict[str, Any]:
    """An attachment, or its entry in a revision, which names the same row."""
    if isinstance(file, dict):
        return {"pk": file["id"], "name": file["name"], "size": file["size"], "sha256": file["sha256"]}
    return {"pk": file.pk, "name": file.name, "size": file.size, "sha256": file.sha256, "is_carried_over": file.is_carried_over}
