"""How many applications per second can one core check against the largest form of the plan, fully answered?

Reads every call file of the plans in the repository, takes the form with most questions (columns counted), answers
every one of them, tables to their last row and texts to their last character, and checks the answers over and over. No
database. A validation is what submission asks of the form: every answer judged, conditions, rules, computed fields.
Prints one line:

    form_validation form=… questions=… answer_bytes=… rules=… seconds=… per_second=… parse_ms=…
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def setup() -> None:
    """Sentences need the settings' languages, nothing else of Django."""
    os.environ.setdefault("PILOTAGE_DATA_DIR", tempfile.mkdtemp(prefix="pilotage-bench-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "pilotage.settings"
    import django

    django.setup()


def call_files() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, form and code lists of every call file."""
    from ruamel.yaml import YAML

    found = []
    for folder in sorted((ROOT / "plans").iterdir()):
        codes = {}
        for path in sorted((folder / "codes").glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                codes[path.stem] = list(csv.DictReader(file))
        for path in sorted((folder / "calls").glob("*.yaml")):
            document = json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8")), default=str))
            found.append((path.stem, document["form"], codes))
    return found


def questions(form: Any) -> int:
    return sum(1 + len(field.columns) for field in form.by_key.values())


def full_answers(form: Any) -> dict[str, Any]:
    """Every question answered at length."""
    return {key: form.clean(key, answer(field)) for key, field in form.by_key.items() if field.is_typed}


def answer(field: Any) -> Any:
    options = [option.value for option in field.options]
    least = field.min if field.min is not None else 0
    match field.type:
        case "integer":
            return int(least) + 7
        case "decimal" | "money":
            return f"{int(least) + 42}.{'5' * min(field.places, 1)}".rstrip(".")
        case "date":
            return "2023-08-31"
        case "month":
            return "2023-08"
        case "choice":
            return options[0]
        case "multichoice":
            return options
        case "boolean" | "statement":
            return True
        case "industry":
            return "34"
        case "division":
            return "320505"
        case "scenarios":
            return dict.fromkeys(options, "应用" * (field.max_chars // 2))
        case "before_after":
            return {"before": "42.5", "after": "51.3"}
        case "table":
            return [{column.key: answer(column) for column in field.columns} for _row in range(field.max_rows)]
        case "textarea":
            return "建设" * (field.max_chars // 2)
        case _:
            return "名" * field.max_length


def rate(form: Any, data: dict[str, Any], counts: dict[str, int], registry: dict[str, str], seconds: float) -> float:
    """Validations per second of CPU."""
    done, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        for _turn in range(50):
            form.problems(data, counts, registry)
        done += 50
    return done / (time.process_time() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    setup()
    from pilotage.calls.forms.definition import FormDef

    files = [(name, raw, codes, FormDef.parse(raw, codes)) for name, raw, codes in call_files()]
    name, raw, codes, form = max(files, key=lambda each: questions(each[3]))
    started = time.process_time()
    FormDef.parse(raw, codes)
    parse_ms = (time.process_time() - started) * 1000
    data = full_answers(form)
    counts = {key: 1 for key, field in form.by_key.items() if field.type == "attachment"}
    registry = {field.path: "有" for field in form.by_key.values() if field.type == "registry"}
    size = len(json.dumps(data, ensure_ascii=False).encode())
    per_second = max(rate(form, data, counts, registry, options.seconds) for _round in range(3))
    rules = len(form.rules) + sum(len(field.row_rules) for field in form.by_key.values())
    print(
        f"form_validation form={name} questions={questions(form)} answer_bytes={size} rules={rules} "
        f"seconds={options.seconds:.1f} per_second={per_second:.0f} parse_ms={parse_ms:.1f}"
    )


if __name__ == "__main__":
    main()
