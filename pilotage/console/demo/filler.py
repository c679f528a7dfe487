"""Answers to any form of a call file, made from what its fields ask for. They say of themselves that they are made up."""

from __future__ import annotations

from typing import Any

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field

SENTENCE = "建设覆盖装配线的5G网络，连接数控机床、检测设备和搬运机器人，实现数据采集、远程控制和质量追溯。"


def answer(asked: Field, place: str, industry: str) -> Any:
    """A value that the form takes; figures of one kind are all the same, so that sums and shares agree."""
    match asked.type:
        case "text":
            return f"演示{asked.label_zh}"[: asked.max_length]
        case "textarea":
            return (SENTENCE * 50)[: min(asked.max_chars, max(asked.min_chars, 20) + 20)]
        case "integer":
            return int(max(asked.min or 0, min(10, asked.max or 10)))
        case "decimal":
            return "50"
        case "money":
            return "40000"
        case "date":
            return "2023-02-28"
        case "month":
            return "2022-06"
        case "choice":
            return asked.options[0].value
        case "multichoice":
            return [asked.options[0].value]
        case "boolean" | "statement":
            return True
        case "industry":
            return industry
        case "division":
            return place
        case "scenarios":
            return {option.value: "柔性换线，批次切换由两小时缩短到半小时。" for option in asked.options[: max(1, asked.min_count)]}
        case "before_after":
            return {"before": "10", "after": "12" if asked.better == "higher" else "8"}
        case "table":
            row = {column.key: answer(column, place, industry) if column.required else None for column in asked.columns}
            return [row] * max(1, asked.min_rows)
    raise ValueError(f"no answer to {asked.type}")


def answers(form: FormDef, place: str, industry: str, **wanted: Any) -> dict[str, Any]:
    """Everything that must be answered, and nothing that is not shown. ``wanted`` answers come before the made ones."""
    asked = [each for each in form.by_key.values() if each.is_typed and (each.required or each.required_when or each.key in wanted)]
    found = {each.key: wanted.get(each.key, answer(each, place, industry)) for each in asked}
    return {key: value for key, value in found.items() if key not in form.state(found).hidden}


def required_files(form: FormDef, data: dict[str, Any]) -> list[str]:
    hidden = form.state(data).hidden
    return [key for key, each in form.by_key.items() if each.type == "attachment" and each.required and key not in hidden]
