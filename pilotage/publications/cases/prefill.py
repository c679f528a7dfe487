"""The first draft of a case: what the enterprise filed, put under the sections of a case.

Data: the call version's content and the application's answers. Algorithm: known long answers go to their section,
other public long answers under Background; scenarios and effects become tags and figures.
Invariants: nothing is written that was not filed; a section nobody answered stays empty.
Refuses: nothing; what is too long is cut at the section's limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pilotage.directory.facts import public_facts
from pilotage.publications.cases import content
from pilotage.publications.cases.enums import Evidence

Json = dict[str, Any]

# keys of the form's long answers -> section of the case
SECTION_OF = {
    "overview": "background",
    "network_description": "solution",
    "innovation": "solution",
    "effects_description": "effects",
    "demonstration_value": "lessons",
}
_LISTS = ("scenarios", "key_industries")


def codes_of(form: Mapping[str, Any]) -> dict[str, list[Json]]:
    codes = form.get("codes", {})
    return {
        name: [{"code": str(row["code"]), "zh": row["zh"], "en": row.get("en", "")} for row in codes[name]]
        for name in _LISTS
        if name in codes
    }


def draft(form: Mapping[str, Any], answers: Mapping[str, Any], title: str) -> Json:
    """``form``: the call version's content."""
    facts, codes = public_facts(form, answers), codes_of(form)
    data: Json = {"title_zh": title[: content.TITLE_LONGEST]}
    for section, text in _long_answers(form, answers):
        data[f"{section}_zh"] = "\n\n".join(filter(None, (data.get(f"{section}_zh"), text)))
    if facts["scenarios"]:
        data["scenarios"] = sorted(facts["scenarios"])
        data["solution_zh"] = "\n\n".join(filter(None, (data.get("solution_zh"), _scenario_list(facts["scenarios"], codes))))
    key_industry = answers.get("key_industry")
    if key_industry in {row["code"] for row in codes.get("key_industries", [])}:
        data["key_industry"] = key_industry
    period = str(answers.get("effects_period") or "")
    data |= {content.EFFECT + effect["key"].removeprefix("effect_"): _effect(effect, period) for effect in facts["effects"]}
    return {key: value[: content.TEXT_KEYS[key].longest] if key in content.TEXT_KEYS else value for key, value in data.items() if value}


def _long_answers(form: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section in form.get("form", {}).get("sections", []):
        for field in section.get("fields", []):
            answer = str(answers.get(field["key"]) or "").strip()
            if field["type"] != "textarea" or not answer:
                continue
            if field["key"] in SECTION_OF:
                yield SECTION_OF[field["key"]], answer
            elif field.get("public") is True:
                yield "background", f"**{field['label']['zh']}**\n\n{answer}"


def _scenario_list(used: Mapping[str, str], codes: Mapping[str, list[Json]]) -> str:
    names = {row["code"]: row["zh"] for row in codes.get("scenarios", [])}
    return "\n".join(f"- **{names.get(code, code)}**：{' '.join(text.split())}" for code, text in sorted(used.items()))


def _effect(effect: Mapping[str, Any], period: str) -> Json:
    label, unit = effect.get("label") or {}, effect.get("unit") or {}
    return {
        "label_zh": label.get("zh", ""),
        "label_en": label.get("en", ""),
        "unit_zh": unit.get("zh", ""),
        "unit_en": unit.get("en", ""),
        "before": effect["before"],
        "after": effect["after"],
        "better": effect["better"],
        "period": period[: content.NOTE_LONGEST],
        "evidence": Evidence.DECLARED.value,
        "evidence_note": "",
    }
