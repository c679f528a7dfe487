"""The files of a report: what they are made of stands in ``work_paper``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pilotage.reports.papers.docx import docx
from pilotage.reports.papers.enums import FileKind
from pilotage.reports.papers.models import ReportData, WorkReport
from pilotage.reports.papers.paper import Paper, paper
from pilotage.reports.papers.pdf import pdf
from pilotage.reports.papers.xlsx import xlsx

MAKERS: dict[FileKind, Callable[[Paper], bytes]] = {FileKind.PDF: pdf, FileKind.DOCX: docx, FileKind.XLSX: xlsx}
TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def files_of(report: WorkReport, data: ReportData, *, signed_at: datetime | None = None) -> list[tuple[FileKind, str, bytes]]:
    """Every kind in every language of the report. Raises ``documents.DocumentError``."""
    content, texts = data.read(), list(report.texts.order_by("id"))
    papers = {language: paper(report, data, texts, language, content=content, signed_at=signed_at) for language in report.languages}
    return [(kind, language, make(papers[language])) for language in report.languages for kind, make in MAKERS.items()]


def file_of(report: WorkReport, data: ReportData, kind: FileKind, language: str) -> bytes:
    """One file of a report as it stands, marked as a draft. Raises ``documents.DocumentError``."""
    return MAKERS[kind](paper(report, data, report.texts.order_by("id"), language))
