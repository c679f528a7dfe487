"""Fields that several tables have."""

from __future__ import annotations

from typing import Any

from pilotage.publications.open_data.tables import Field

GB_DIVISION = "GB/T 2260"
GB_INDUSTRY = "GB/T 4754-2017"


def key(zh: str = "标识", en: str = "Identifier") -> Field:
    return Field("id", "string", zh, en)


def page() -> Field:
    return Field("url", "uri", "网页", "Page")


def place(name: str, zh: str, en: str) -> tuple[Field, Field, Field]:
    return (
        Field(f"{name}_code", "string", f"{zh}代码", f"{en}, code", codes=GB_DIVISION),
        Field(f"{name}_zh", "string", zh, f"{en}, Chinese"),
        Field(f"{name}_en", "string", f"{zh}(英文)", f"{en}, English"),
    )


def industry() -> tuple[Field, Field, Field]:
    return (
        Field("industry_code", "string", "行业大类代码", "Industry, code", codes=GB_INDUSTRY),
        Field("industry_zh", "string", "行业大类", "Industry, Chinese"),
        Field("industry_en", "string", "行业大类（英文）", "Industry, English"),
    )


def both(name: str, zh: str, en: str) -> tuple[Field, Field]:
    return Field(f"{name}_zh", "string", zh, f"{en}, Chinese"), Field(f"{name}_en", "string", f"{zh}(英文)", f"{en}, English")


def fictional() -> Field:
    return Field("is_fictional", "boolean", "是否虚构的演示数据", "Fictional demonstration data")


def source() -> Field:
    return Field("source", "string", "来源", "Source")


def named(row: Any) -> tuple[str | None, str, str]:
    """Code and names of a division or industry."""
    return (row.pk, row.name_zh, row.name_en) if row is not None else (None, "", "")
