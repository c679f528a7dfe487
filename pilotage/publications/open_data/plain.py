"""``llms.txt``: what there is on this site, as plain Markdown for programs that read text (llmstxt.org)."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import NoReverseMatch

from pilotage.directory.rules import visible_editions
from pilotage.plan.rules import visible_plans
from pilotage.publications.open_data import feeds, tables
from pilotage.publications.open_data.catalogue import SYNTAXES, file_address
from pilotage.publications.open_data.files import kinds
from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import absolute

PAGES = (
    ("home", "规划", "The plan"),
    ("calls:list", "申报", "Calls"),
    ("directory:notice-list", "公示", "Public notices"),
    ("directory:home", "名录", "Directory"),
    ("cases:list", "案例", "Cases"),
    ("books:list", "案例集", "Case sets"),
    ("guidelines:list", "指南", "Guidelines"),
    ("open_data:home", "开放数据", "Open data"),
)


def text() -> str:
    zh, en = publisher()
    lines = [f"# {en}" if en == zh else f"# {en} ({zh})", "", *_about(), "", "## Pages", "", *_pages(), "", "## Data", "", *_data()]
    lines += ["", "## Changes", "", *_changes(), "", "## For programs", "", *_programs(), ""]
    return "\n".join(lines)


def _about() -> Iterator[str]:
    plans = [plan.title_en or plan.title_zh for plan in visible_plans(None)[:20]]
    yield f"> Plans, calls, public notices, directories, cases and guidelines{' of: ' + '; '.join(plans) if plans else ''}."
    yield ""
    yield f"Free to use under {licence().en} ({licence().url}), with the source named. Every table is given in Chinese and English."
    if any(edition.is_fictional for edition in visible_editions(None)):
        yield "Rows with is_fictional = true are demonstration data and say nothing about real enterprises."


def _pages() -> Iterator[str]:
    for name, zh, en in PAGES:
        try:
            yield f"- [{en}]({absolute(name)}): {zh}"
        except NoReverseMatch:
            continue  # the room has no such page
    for plan in visible_plans(None)[:20]:
        yield f"- [{plan.title_en or plan.title_zh}]({absolute('plan:detail', plan.slug)}): {plan.title_zh}"


def _data() -> Iterator[str]:
    for table in tables.every():
        files = ", ".join(f"[{kind.name}]({file_address(table, None, kind.key)})" for kind in kinds())
        yield f"- [{table.title_en}]({absolute('open_data:table', table.key)}): {table.about_en} {files}"


def _changes() -> Iterator[str]:
    for feed in (feeds.ALL, *feeds.every()):
        yield f"- [{feed.title_en}]({absolute('open_data:feed', feed.key)}?language=en): Atom"


def _programs() -> Iterator[str]:
    yield f"- [OpenAPI]({settings.BASE_URL}/api/v1/openapi.json): the interface; public data need no key"
    yield f"- [Tables]({settings.BASE_URL}/api/v1/tables): every table page by page, as JSON"
    for syntax in SYNTAXES.values():
        yield f"- [DCAT catalogue]({absolute('open_data:catalogue', syntax.key)}): {syntax.content_type.partition(';')[0]}"
    yield f"- [Data Package]({absolute('open_data:data-package')}): all tables with their fields"
    yield f"- [Site map]({absolute('open_data:site-map')}): the addresses of all pages"
