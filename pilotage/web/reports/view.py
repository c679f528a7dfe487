"""What the page of one report shows: its paper with the texts to edit in their places, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pilotage.core.transitions import may
from pilotage.plan.models import Target
from pilotage.plan.refs.work_report_parts import FIELDS, TARGET_FIELDS
from pilotage.plan.work.enums import Light
from pilotage.reports.papers import rules
from pilotage.reports.papers.checks import open_proposal, target_codes
from pilotage.reports.papers.compare import differences
from pilotage.reports.papers.models import ReportData, TextBlock, WorkReport
from pilotage.reports.papers.paper import paper
from pilotage.reports.papers.selectors import without_content
from pilotage.reports.papers.targets import status_words
from pilotage.reports.papers.words import number

LABELS = {"zh-hans": "中文", "en": "English"}


def shown(
    request: HttpRequest,
    report: WorkReport,
    *,
    errors: Mapping[str, str] | None = None,
    text: str = "",
    at: str = "",
    clash: TextBlock | None = None,
) -> dict[str, Any]:
    """``text`` was sent for the block ``at`` (key) and not kept: because of ``errors``, or because of ``clash``."""
    actor = request.user
    common = {"report": report, "files": _files(actor, report), "reads_all": rules.can_read_all(actor), "errors": errors or {}}
    if not common["reads_all"]:
        return common
    language = _language(request, report)
    data, generations = _figures(request, report)
    blocks = {block.key: block for block in report.texts.filter(language=language).select_related("edited_by").order_by("id")}
    made = paper(report, data, blocks.values(), language, signed_at=report.signed_at if report.state in ("signed", "archived") else None)
    return common | {
        "data": data,
        "is_newest": data.number == generations[0].number,
        "generations": generations,
        "language": language,
        "languages": _languages(report, language),
        "parts": [_part(part, blocks.get(part["key"])) for part in made["parts"]],
        "at": at,
        "text": text,
        "clash": clash,
        "fields": _fields(report),
        "changed": _changed(report, generations),
        "may_edit": rules.can_edit(actor, report),
        "sendings": report.sendings.select_related("person", "by").order_by("-id")[:200],
        **_verdicts(actor, report),
    }


def _language(request: HttpRequest, report: WorkReport) -> str:
    wanted = request.GET.get("language") or get_language() or ""
    return next((each for each in report.languages if each == wanted), report.languages[0])


def _languages(report: WorkReport, current: str) -> list[dict[str, Any]]:
    return [{"url": f"?language={each}", "label": LABELS[each], "current": each == current} for each in report.languages]


def _figures(request: HttpRequest, report: WorkReport) -> tuple[ReportData, list[ReportData]]:
    """The figures asked for, else the newest; all generations, newest first, without their content."""
    rows = list(report.generations.defer("packed").select_related("made_by").order_by("-number"))
    wanted = request.GET.get("figures", "")
    found = next((each for each in rows if str(each.number) == wanted), rows[0])
    return found, rows


def _part(part: Mapping[str, Any], block: TextBlock | None) -> dict[str, Any]:
    return {**part, "block": block, "blocks": [_block(each) for each in part["blocks"]]}


def _block(block: Mapping[str, Any]) -> dict[str, Any]:
    if block["t"] == "chart":
        return {**block, "svg": mark_safe(block["svg"])}  # noqa: S308  drawn by core.charts, which escapes every word
    if block["t"] == "table":
        head = list(zip(block["head"], block["align"], strict=True))
        rows = [[_cell(cell, align) for cell, align in zip(row, block["align"], strict=True)] for row in block["rows"]]
        return {**block, "columns": head, "lines": rows}
    return dict(block)


def _cell(cell: Any, align: str) -> tuple[str, str, str]:
    words, tone = cell if isinstance(cell, list) else (cell, "")
    return str(words), tone, align


def _fields(report: WorkReport) -> list[str]:
    first = next(iter(target_codes(report)), None)
    return [*FIELDS, *(f"{first}.{name}" for name in TARGET_FIELDS if first)]


def _files(actor: Any, report: WorkReport) -> list[Any]:
    return list(without_content(rules.visible_files(actor, report)))


def _changed(report: WorkReport, generations: list[ReportData]) -> list[tuple[str, str, str, str]]:
    """Between the last two generations: of what, what about it, before, after."""
    if len(generations) < 2:
        return []
    titles = {target.code: target.title for target in Target.objects.filter(measure__area__plan=report.plan_id).order_by("id")}
    names = {
        "value": pgettext("work report", "value"),
        "goal": _("goal"),
        "status": _("state"),
        "chance": _("chance of being met"),
        "median": _("forecast"),
        "light": _("light"),
        "progress": _("progress, %"),
        "listed": _("listed"),
        "building": _("building"),
    }
    found = differences(generations[1].read(), generations[0].read())
    return [
        (
            f"{row.code} {titles.get(row.code, '')}".strip(),
            names.get(row.name, row.name),
            _words(row.name, row.before),
            _words(row.name, row.after),
        )
        for row in found
    ]


def _words(name: str, value: Any) -> str:
    if value is not None and name in {"status", "light"}:
        return status_words(value) if name == "status" else str(Light(value).label)
    return number(value) if value is None or isinstance(value, int | float) else str(value)


def _verdicts(actor: Any, report: WorkReport) -> dict[str, Any]:
    """What the table says; confirming also asks the proposal's own table whether this is the second person."""
    proposal = open_proposal(report)
    confirmable = may(actor, report, "sign")
    if confirmable and proposal is not None:
        confirmable = may(actor, proposal, "confirm")
    return {
        "proposal": proposal,
        "may_propose": may(actor, report, "sign"),
        "may_confirm": confirmable,
        "may_submit": may(actor, report, "submit"),
        "may_return": may(actor, report, "return"),
        "may_archive": may(actor, report, "archive"),
        "may_reopen": may(actor, report, "reopen"),
        "may_send": rules.can_send(actor, report),
        "may_prepare": rules.can_prepare(actor),
    }
