"""The models of this room, each kept in a module of its own."""

from pilotage.reports.dashboards.models import Dashboard
from pilotage.reports.papers.models import ReportData, ReportFile, ReportSending, TextBlock, WorkReport, WorkSchedule, WorkTemplate

__all__ = [
    "Dashboard",
    "ReportData",
    "ReportFile",
    "ReportSending",
    "TextBlock",
    "WorkReport",
    "WorkSchedule",
    "WorkTemplate",
]
