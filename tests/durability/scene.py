"""A small installation to be killed: built inside it, by `pilotage shell`, and looked at from outside as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


def stand_in_august(data_dir: Path) -> None:
    """The installation's clock stands in the filing period of the 2023 call, as the demonstration's does."""
    there = datetime(2023, 8, 28, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    offset = (there - datetime.now(tz=ZoneInfo("UTC"))).total_seconds()
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "demo.json").write_text(json.dumps({"stage": "apply", "clock_offset_seconds": offset}))


def credit_code(number: int) -> str:
    from stdnum.cn import uscc

    body = f"91320505MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def build(drafts: int, complete: int) -> dict[str, Any]:
    """``drafts`` to be typed in and ``complete`` ones to be submitted and checked, all of one filer in one city."""
    from django.db import transaction

    from pilotage.accounts.enums import OrganisationKind, Role
    from pilotage.publications.site import index
    from tests.factories import accounts, calls

    with transaction.atomic():
        people = accounts.cast()
        call = calls.call()
        numbers = []
        for n in range(drafts + complete):
            owner = accounts.enterprise(f"苏州试验{n}号有限公司", uscc=credit_code(n))
            company = accounts.OrganisationFactory(kind=OrganisationKind.ENTERPRISE, name_zh=owner.name_zh, enterprise=owner)
            accounts.MembershipFactory(user=people.filer, organisation=company, role=Role.FILER)
            numbers.append(owner)
    rows = []
    for owner in numbers:
        application = calls.application(call, people.filer, owner)
        calls.attachment(application, people.filer, content=f"%PDF-1.7 {owner.pk}".encode())
        rows.append({"id": application.pk, "number": application.number})
    index.rebuild()  # these rows came without acts, which is what the index follows
    return {
        "call": call.slug,
        "drafts": rows[:drafts],
        "complete": rows[drafts:],
        "filer": session_of(people.filer),
        "officer": session_of(people.city_officer),
    }


def session_of(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def look() -> dict[str, Any]:
    """Every application as the database has it now, with what must go together."""
    from pilotage.audit.models import AuditEvent
    from pilotage.calls.models import Application

    verbs: dict[str, list[str]] = {}
    for object_id, verb in AuditEvent.objects.filter(object_type="calls.application").order_by("number").values_list("object_id", "verb"):
        verbs.setdefault(object_id, []).append(verb)
    return {
        application.number: {
            "state": application.state,
            "title": application.data["project_title"],
            "column": application.project_title,
            "version": application.draft_version,
            "submitted": application.submitted_at is not None,
            "revisions": application.revisions.count(),
            "checks": application.checks.count(),
            "events": verbs.get(str(application.pk), []),
        }
        for application in Application.objects.order_by("id")
    }
