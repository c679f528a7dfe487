"""Which parts of a document do not fit the schema of its file type?

Data: the JSON Schemas in ``schemas/`` (draft 2020-12), which editors read too. Each ``description``
says what belongs there (``x-description-zh`` in Chinese), so one text serves the editor and the error message.
Algorithm: every fault the validator finds becomes one Problem at the line of the value (or of the
key, where the key itself is wrong); a value that fits none of several forms is one fault, not one per form.
Invariants: a document without a Problem here has every key, type and pattern that the later checks read.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from pilotage.plan.positions import Document

SCHEMAS = Path(__file__).parent / "schemas"
_formats = FormatChecker(formats=())


@_formats.checks("date")
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and _parses(date.fromisoformat, value)


@_formats.checks("local-datetime")
def _is_local_datetime(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", value)) and _parses(datetime.fromisoformat, value)


@_formats.checks("uri")
def _is_web_address(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in parts.netloc and " " not in value


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of ``plan``, ``call``, ``codes`` or a further section of the folder."""
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")), format_checker=_formats)


def validate(document: Document, name: str) -> None:
    """Append a Problem to ``document`` for every fault against schema ``name``."""
    for error in validator(name).iter_errors(document.data):
        _report(document, error)


def _report(document: Document, error: ValidationError) -> None:
    path, rule, value = list(error.absolute_path), str(error.validator), error.instance
    if rule == "required":
        for key in error.validator_value:
            if key not in value:
                document.fault(path, _("“%(key)s” is missing.") % {"key": key}, _expected(error.schema.get("properties", {}).get(key, {})))
        return
    if rule == "additionalProperties":
        _unknown_keys(document, error, path)
        return
    if error.parent is not None and str(error.parent.validator) == "propertyNames":
        error = error.parent
    if str(error.validator) == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        names = error.schema.get("propertyNames", error.schema)
        document.fault([*path, str(value)], _("“%(key)s” cannot be a key here.") % {"key": value}, _expected(names), key=True)
        return
    document.fault(path, _sentence(rule, error, value), _expected(error.schema))


def _unknown_keys(document: Document, error: ValidationError, path: list[Any]) -> None:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            message = _unknown(key, known)
            if error.instance[key] is None and not did_you_mean(key, known):
                message = _("“%(key)s” is not known here; a text with a comma or colon needs quotes.") % {"key": key}
            document.fault([*path, key], message, _("one of: %(names)s") % {"names": ", ".join(known)}, key=True)


def _unknown(key: str, known: Iterable[str]) -> str:
    near = did_you_mean(key, known)
    if near:
        return _("“%(key)s” is not known here; did you mean “%(near)s”?") % {"key": key, "near": near}
    return _("“%(key)s” is not known here.") % {"key": key}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest of ``known``, or an empty string."""
    near = difflib.get_close_matches(word, [str(k) for k in known], n=1, cutoff=0.6)
    return near[0] if near else ""


def _sentence(rule: str, error: ValidationError, value: Any) -> str:
    shown = {"value": shorten(value), "limit": error.validator_value}
    if rule == "type":
        return _("This is %(kind)s.") % {"kind": kind_of(value)}
    if rule == "enum":
        near = did_you_mean(str(value), map(str, error.validator_value))
        if near:
            return _("“%(value)s” is not known here; did you mean “%(near)s”?") % {**shown, "near": near}
        return _("“%(value)s” is not known here.") % shown
    if rule == "format":
        return _bad_format(str(error.validator_value), str(value))
    if rule in _SENTENCES:
        return _SENTENCES[rule]() % shown
    return _("“%(value)s” does not fit here.") % shown


_SENTENCES: dict[str, Callable[[], str]] = {
    "minimum": lambda: _("%(value)s is less than %(limit)s."),
    "exclusiveMinimum": lambda: _("%(value)s is not more than %(limit)s."),
    "maximum": lambda: _("%(value)s is more than %(limit)s."),
    "minItems": lambda: _("The list is too short."),
    "uniqueItems": lambda: _("The list names something twice."),
    "minLength": lambda: _("The text is empty."),
    "maxLength": lambda: _("The text is longer than %(limit)s characters."),
    "minProperties": lambda: _("Nothing is given here."),
    "maxProperties": lambda: _("More than %(limit)s is given here."),
}


def _bad_format(name: str, value: str) -> str:
    looks_right = re.match(r"\d{4}-\d\d-\d\d", value)
    if name in {"date", "local-datetime"} and looks_right and not re.search("[zZ+]", value):
        return _("“%(value)s” is no day or time that exists, or is not written in full.") % {"value": shorten(value)}
    return _("“%(value)s” is not in the right form.") % {"value": shorten(value)}


def _expected(schema: Any) -> str:
    """The description at hand; that of the definition where a schema only points to one."""
    if not isinstance(schema, dict):
        return ""
    if "description" in schema:
        return _in_words(schema)
    reference = str(schema.get("$ref", ""))
    if reference.startswith("#/$defs/"):
        name = reference.removeprefix("#/$defs/")
        for file in sorted((path.stem for path in SCHEMAS.glob("*.json")), key=lambda file: (file not in {"plan", "call"}, file)):
            found = validator(file).schema.get("$defs", {}).get(name)
            if found:
                return _in_words(found)
    return ""


def _in_words(schema: dict[str, Any]) -> str:
    english = str(schema["description"])
    return english if (get_language() or "en").startswith("en") else str(schema.get("x-description-zh", english))


def kind_of(value: Any) -> str:
    if value is None:
        return _("empty")
    if isinstance(value, bool):
        return _("true or false")
    if isinstance(value, dict):
        return _("a mapping")
    if isinstance(value, list):
        return _("a list")
    if isinstance(value, int | float):
        return _("the number %(value)s") % {"value": value}
    return _("the text “%(value)s”") % {"value": shorten(value)}


def shorten(value: Any, length: int = 40) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= length else f"{text[:length]}…"
