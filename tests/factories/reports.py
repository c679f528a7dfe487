"""A call that asks listed projects for a report each quarter on one section of its form."""

from __future__ import annotations

from typing import Any

from pilotage.calls import services
from pilotage.calls.enums import ApplicationKind, ApplicationState
from pilotage.calls.models import Application, Call
from tests.factories import calls as make
from tests.factories.accounts import enterprise

FILING = "2024-04-03 10:00"  # the report of 2024Q1 is open and due on the 15th
OVERDUE = "2024-04-17 10:00"


def quarterly_call(**changes: Any) -> Call:
    """Reports on section network from October 2023 to the end of 2024, each due on the 15th day; ``changes`` are options of the stage."""
    stages = make.call_document()["stages"]
    place = next(index for index, stage in enumerate(stages) if stage["kind"] == "update")
    title = {"zh": "季度报告", "en": "Quarterly report"}
    stage = {"key": "update", "kind": "update", "every": "quarter", "sections": ["network"], "due_days": 15, "title": title}
    stages[place] = stage | {"opens": "2024-01-01T09:00", "closes": "2024-12-31T17:00"} | changes
    return make.call(stages=stages)


def listed(call: Call, filer: Any, owner: Any = None, **fields: Any) -> Application:
    owner = owner or enterprise(f"演示企业{Application.objects.count()}有限公司")
    return make.application(call, filer, owner, ApplicationState.LISTED, **fields)


def report(project: Application, filer: Any, period: str = "2024Q1", **values: Any) -> Application:
    """Begun, with these answers changed."""
    made = services.start_application(
        actor=filer, call=project.call, enterprise=project.enterprise, kind=ApplicationKind.UPDATE, renews=project, period=period
    )
    if values:
        saved = services.save_draft(actor=filer, application=made, values=values, base_version=made.draft_version)
        assert not saved.errors, saved.errors
    return made


def filed(project: Application, filer: Any, period: str = "2024Q1", **values: Any) -> Application:
    return services.submit(actor=filer, application=report(project, filer, period, **values))
