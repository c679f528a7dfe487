"""Write docs/reference/form-file.md from the schema of call files: every key of a form, what it means, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "pilotage" / "plan" / "schemas" / "call.json"
PAGE = ROOT / "docs" / "reference" / "form-file.md"
PARTS = (
    ("`form`", "form"),
    ("A section", "section"),
    ("A field", "field"),
    ("A column of a table", "column"),
    ("A rule (`rules`, `row_rules`)", "rule"),
    ("A unit (`units`)", "unit_of_entry"),
)

HEAD = """# The form of a call file

Written by `python scripts/form_reference.py` from `pilotage/plan/schemas/call.json`; do not edit by hand.
`pilotage plan check` names every mistake with file, line and column.
"""

FORMULAS = """## Formulas

`check` and `formula` are small formulas over the answers of the form (over the columns, in `row_rules`).

| written | means |
|---|---|
| `devices_total`, `42`, `3.5`, `"workshop"`, `true` | an answer, a number, a text, yes |
| `+ - * /`, `( )` | exact arithmetic; dividing by zero gives nothing |
| `== != < <= > >=` | comparison of two numbers, days or months; texts only `==` and `!=`; one at a time |
| `and`, `or`, `not` | with unknown answers: `false and unknown` is false, `true or unknown` is true, else unknown |
| `sum(items.amount)`, `count(items)` | sum of a column, number of rows or of chosen options |
| `before(effect)`, `after(effect)` | the two figures of a `before_after` field |
| `filled(note)`, `has(systems, "mes")` | whether it is answered, whether an option is chosen |
| `year(started_on)` | the year of a day or month |
| `min(a, b)`, `max(items.amount)`, `abs(a)`, `round(a, 1)` | as the names say; halves round away from zero |

What needs a missing answer is unknown. A rule is broken only when its formula is definitely false, so nobody is told of a
contradiction before both figures are there. Answers to hidden fields count as missing.

## Conditions

```yaml
show_if: {building_state: built}                       # this value
show_if: {level: [workshop, factory]}                  # one of these
show_if: {devices_total: {min: 100}, partners: {filled: true}}   # both
show_if: [{level: factory}, {devices_total: {min: 100}}]         # either
```

`required_if` is written the same way. `show_if` names fields that stand before; conditions and formulas that go round in a
circle are refused with the path. A condition on a hidden field does not hold.

## Lengths of texts

Limits are given in characters. A text that holds Chinese is counted in characters; any other text is counted in words, and
half as many are asked (a word of more than 20 letters counts once per 20 begun).

## Versions

Applications stay with the version they were made under. A field or section that was renamed says `renamed_from`, so that
earlier answers are carried over and compared; a figure whose stored unit has changed is compared after conversion.
"""


def keys_of(schema: dict[str, Any], part: str) -> dict[str, Any]:
    form = schema["properties"]["form"]
    if part == "form":
        return form["properties"]
    if part == "section":
        return form["properties"]["sections"]["items"]["properties"]
    return schema["$defs"][part]["properties"]


def words(schema: dict[str, Any], value: dict[str, Any]) -> tuple[str, str]:
    """English and Chinese, from the key itself or from what it refers to."""
    if "description" not in value and "$ref" in value:
        value = schema["$defs"][value["$ref"].rpartition("/")[2]]
    return value.get("description", ""), value.get("x-description-zh", "")


def page() -> str:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    text = [HEAD]
    for title, part in PARTS:
        text += [f"## {title}", "", "| key | meaning | 含义 |", "|---|---|---|"]
        for key, value in keys_of(schema, part).items():
            english, chinese = (each.replace("|", "\\|") for each in words(schema, value))
            text.append(f"| `{key}` | {english} | {chinese} |")
        text.append("")
    return "\n".join([*text, FORMULAS])


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
