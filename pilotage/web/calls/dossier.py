"""The answers of an application as they are read: sections of label and value, shaped per type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime

from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.display import in_cell
from pilotage.calls.forms.fields import Field
from pilotage.calls.forms.values import is_empty
from pilotage.web.calls.fields import change
from pilotage.web.calls.sheet import Sheet


def sections(
    sheet: Sheet,
    *,
    registry: Mapping[str, str] | None = None,
    files: Sequence[Any] | None = None,
    comments: Mapping[str, Sequence[Any]] | None = None,
) -> list[dict[str, Any]]:
    """With ``registry`` and ``files`` a filed revision is read, else the application as it is now. ``comments`` by field key."""
    known = sheet.registry if registry is None else registry
    kept = sheet.attachments if files is None else files
    hidden = sheet.form.state(sheet.data).hidden
    found = []
    for section in sheet.form.sections:
        said = comments or {}
        lines = [
            _line(sheet, field, known, kept) | {"comments": said.get(field.key, ())}
            for field in section.fields
            if field.key not in hidden or field.key in said
        ]
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
    value = registry.get(field.path, "") if field.type == "registry" else sheet.answers.get(field.key)
    note, is_error = sheet.notes.get(field.key, ("", False))
    line: dict[str, Any] = {"field": field, "value": value, "is_empty": is_empty(value), "shape": _SHAPES.get(field.type, "fact")}
    line["note"] = "" if is_error else note
    match line["shape"]:
        case "fact":
            line["words"] = (value or "–") if field.type == "registry" else sheet.words(field, value)
        case "files":
            line["files"] = [_file(each, sheet) for each in files if _field_of(each) == field.key]
        case "effect":
            pair = value or {}
            line |= {"before": pair.get("before"), "after": pair.get("after"), "change": change(pair.get("before"), pair.get("after"))}
        case "table":
            line["rows"] = [[in_cell(column, row.get(column.key)) for column in field.columns] for row in value or []]
            sums = form_values.totals(field, value)
            line["totals"] = [in_cell(column, sums[column.key]) if column.key in sums else "" for column in field.columns] if sums else []
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


def _file(file: Any, sheet: Sheet) -> dict[str, Any]:
    """An attachment, or its entry in a revision, which names the same row; that may have been taken off since."""
    if not isinstance(file, dict):
        return {name: getattr(file, name) for name in ("pk", "name", "size", "sha256", "is_carried_over", "preview", "scan")}
    row = next((attachment for attachment in sheet.attachments if attachment.pk == file["id"]), None)
    known = {"preview": row.preview, "scan": row.scan} if row else {}
    return {"pk": file["id"], "name": file["name"], "size": file["size"], "sha256": file["sha256"], **known}
