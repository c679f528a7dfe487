"""Any form and any answers to it, for tests that must hold for all of them."""

from __future__ import annotations

import string
from datetime import date
from typing import Any

from hypothesis import strategies as st

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import SIMPLE_TYPES, Field

CODES = {"scenarios": [{"code": f"{n:02d}", "zh": f"场景{n}", "en": f"Scenario {n}"} for n in range(1, 5)]}
COLUMN_TYPES = sorted(SIMPLE_TYPES - {"multichoice"})
ALL_TYPES = [*COLUMN_TYPES, "multichoice", "scenarios", "before_after", "table", "statement", "computed", "registry", "attachment"]
NUMBERS = {"integer", "decimal", "money"}

keys = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=6).filter(lambda key: key not in {"and", "or", "not", "true", "false"})
labels = st.text(alphabet="甲乙丙丁厂网元 abcXY(),：", min_size=1, max_size=12).map(str.strip).filter(bool)
words = st.fixed_dictionaries({"zh": labels, "en": labels})
# text as people paste it: line ends, tabs, formulas, escapes of the file format, rare characters
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["=1+1", "007", "+86", "-", "TRUE", "_x0041_", "a\nb", "一\t二", "<b>&amp;", "@x", "𠮷", "2023-08-31", "是", " x "]),
)


@st.composite
def options(draw: Any) -> list[dict[str, Any]]:
    values = draw(st.lists(st.sampled_from(["a", "b", "A", "1", "是", "yes", "x y", "a.b"]), min_size=1, max_size=5, unique=True))
    return [{"value": value, "label": draw(words)} for value in values]


@st.composite
def raw_field(draw: Any, key: str, kind: str, earlier: list[dict[str, Any]], *, is_column: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"key": key, "type": kind, "label": draw(words), "required": draw(st.booleans())}
    if kind in {"choice", "multichoice"}:
        found["options"] = draw(options())
    if kind in NUMBERS:
        found |= draw(
            st.sampled_from([{}, {"min": -5, "max": 10**9}, {"total": True} if is_column else {"unit": {"zh": "台", "en": "sets"}}])
        )
        if kind != "integer":
            found["places"] = draw(st.integers(0, 6))
    if is_column:
        return found
    found |= draw(
        st.sampled_from([{}, {"help": {"zh": "说明", "en": "Help"}, "example": {"zh": "例子", "en": "Example"}}, {"public": True}])
    )
    if kind in NUMBERS and "unit" not in found and draw(st.booleans()):
        found["units"] = [
            {"code": "one", "label": {"zh": "个", "en": "one"}},
            {"code": "many", "label": {"zh": "百个", "en": "hundred"}, "factor": 100},
        ]
    if kind == "table":
        names = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
        found["columns"] = [draw(raw_field(name, draw(st.sampled_from(COLUMN_TYPES)), [], is_column=True)) for name in names]
        found["max_rows"] = 4
    if kind == "computed":
        numbers = [field["key"] for field in earlier if field["type"] in NUMBERS]
        found |= {"formula": f"{draw(st.sampled_from(numbers))} * 2 + 1" if numbers else "1 / 3", "places": draw(st.integers(0, 4))}
    if kind == "textarea":
        found["min_chars"] = draw(st.integers(0, 20))
    if kind == "before_after":
        found |= {"better": draw(st.sampled_from(["higher", "lower"])), "unit": {"zh": "件", "en": "pieces"}, "places": 3}
    if earlier and draw(st.integers(0, 3)) == 0:
        other = draw(st.sampled_from(earlier))["key"]
        found[draw(st.sampled_from(["show_if", "required_if"]))] = {
            other: draw(st.sampled_from([{"filled": True}, {"filled": False}, "a"]))
        }
    return found


@st.composite
def raw_forms(draw: Any) -> dict[str, Any]:
    """The ``form`` part of a call file, of any shape."""
    names = draw(st.lists(keys, min_size=1, max_size=8, unique=True))
    fields: list[dict[str, Any]] = []
    for name in names:
        fields.append(
            draw(raw_field(name, draw(st.sampled_from(ALL_TYPES)), [f for f in fields if f["type"] not in {"registry", "attachment"}]))
        )
    cut = draw(st.integers(1, len(fields)))
    parts = [part for part in (fields[:cut], fields[cut:]) if part]
    sections = [{"key": f"s{number}", "title": draw(words), "fields": part} for number, part in enumerate(parts)]
    numbers = [field["key"] for field in fields if field["type"] in NUMBERS]
    message = {"zh": "规则", "en": "Rule"}
    rules = [{"key": f"r{key}", "check": f"{key} < 5", "fields": [key], "message": message, "severity": "warning"} for key in numbers[:1]]
    return {"version": 1, "sections": sections, "rules": rules if draw(st.booleans()) else []}


def _number(field: Field) -> st.SearchStrategy[Any]:
    top = 10**9 if field.max is None else int(field.max)
    bottom = 0 if field.min is None else int(field.min)
    if field.type == "integer":
        return st.integers(bottom, top)
    return st.decimals(bottom, top, places=field.places, allow_nan=False).map(lambda number: f"{number if number else abs(number):f}")


def raw_answer(field: Field) -> st.SearchStrategy[Any]:
    """What a page or program might send for a field and the form takes."""
    values = [option.value for option in field.options]
    match field.type:
        case "integer" | "decimal" | "money":
            plain = _number(field)
            if not field.units:
                return plain
            return st.one_of(plain, st.integers(0, 99).map(lambda number: {"typed": str(number), "unit": "many"}))
        case "date":
            return st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str)
        case "month":
            return st.tuples(st.integers(1900, 2099), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02d}")
        case "choice":
            return st.sampled_from(values)
        case "multichoice":
            return st.lists(st.sampled_from(values), min_size=1)
        case "boolean":
            return st.booleans()
        case "statement":
            return st.just(True)
        case "industry":
            return st.sampled_from(["01", "34", "65"])
        case "division":
            return st.sampled_from(["320505", "110000"])
        case "scenarios":
            return st.dictionaries(st.sampled_from(values), texts, min_size=1)
        case "before_after":
            side = st.one_of(st.none(), st.decimals(0, 10**6, places=3).map(lambda number: f"{number:f}"))
            return st.fixed_dictionaries({"before": side, "after": side})
        case "table":
            row = st.fixed_dictionaries({column.key: st.one_of(st.none(), raw_answer(column)) for column in field.columns})
            return st.lists(row, max_size=4)
        case _:
            return texts


@st.composite
def answered_forms(draw: Any) -> tuple[dict[str, Any], FormDef, dict[str, Any]]:
    """A form file, the form, and answers as they came in."""
    raw = draw(raw_forms())
    form = FormDef.parse(raw, CODES)
    asked = [field for field in form.by_key.values() if field.is_typed]
    return raw, form, {field.key: draw(raw_answer(field)) for field in asked if draw(st.integers(0, 4))}
