"""The few words a book needs of its own, in the language of the book and not of who compiles it."""

from __future__ import annotations

from datetime import date

from pilotage.core.wording import day_words
from pilotage.publications.books.model import BookLanguage

_ZH = {
    "contents": "目录", "foreword": "前言", "figure": "图", "table": "表", "issued": "发布日期", "number": "编号", "publisher": "发布单位",
    "index_title": "索引", "next": "下一节", "previous": "上一节", "draft": "未发布稿",
}  # fmt: skip
_EN = {
    "contents": "Contents", "foreword": "Foreword", "figure": "Figure", "table": "Table", "issued": "Issued", "number": "Number",
    "publisher": "Publisher", "index_title": "Index", "next": "Next", "previous": "Previous", "draft": "Draft, not issued",
}  # fmt: skip


def word(language: BookLanguage, key: str) -> str:
    if language == "bilingual":
        return f"{_ZH[key]} {_EN[key]}"
    return (_EN if language == "en" else _ZH)[key]


def day(language: BookLanguage, when: date) -> str:
    zh, en = (day_words(when, english=english) for english in (False, True))
    return {"zh": zh, "en": en, "bilingual": f"{zh} / {en}"}[language]


def tag(language: BookLanguage) -> str:
    """The language as files name it; a bilingual book is a Chinese one with English beside it."""
    return "en" if language == "en" else "zh-CN"
