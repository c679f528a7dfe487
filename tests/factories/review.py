"""A call with its review, applications in it and experts to judge them. Texts are invented; the call is the shipped one."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, CallVersion, Stage
from pilotage.plan.models import Plan
from pilotage.registry.models import Industry
from pilotage.review.enums import AssignmentMethod, AssignmentState, InvitationState, RelationKind, RelationSource
from pilotage.review.models import Assignment, ExpertInvitation, ExpertProfile, Relation, Score
from pilotage.review.runs.running import Assigned, assign_now, default_parameters
from pilotage.review.services import refresh_summaries
from tests.factories.accounts import LONG_AGO, MembershipFactory, OrganisationFactory, UserFactory, division, enterprise

PLAN = Path(__file__).resolve().parents[2] / "plans" / "industrial-internet-2023"
BEIJING = ZoneInfo("Asia/Shanghai")
IN_REVIEW = "2023-10-20 21:00"  # inside the review stage of the shipped call
AFTER_REVIEW = "2023-11-05 10:00"
CRITERIA = ("network", "site", "applications", "data", "security", "effect", "demonstration")


@cache
def call_file() -> dict[str, Any]:
    return YAML(typ="safe").load((PLAN / "calls" / "5g-factory-directory.yaml").read_text(encoding="utf-8"))


@cache
def code_lists() -> dict[str, list[dict[str, str]]]:
    return {p.stem: list(csv.DictReader(p.open(encoding="utf-8-sig"))) for p in sorted((PLAN / "codes").glob("*.csv"))}


def review_call(slug: str = "5g-factory-directory-2023", **review_options: Any) -> Call:
    """The shipped call with its stages; ``review_options`` replace those of its review stage."""
    raw = call_file()
    plan, _made = Plan.objects.get_or_create(
        slug="plan", defaults={"title_zh": "计划", "issuer_zh": "工作组", "starts_on": "2023-01-01", "ends_on": "2023-12-31"}
    )
    call = Call.objects.create(
        plan=plan, slug=slug, year=2023, measure_code="M05", title_zh=raw["title"]["zh"], title_en=raw["title"]["en"]
    )
    content = {"form": raw["form"], "rubrics": raw["rubrics"], "stages": raw["stages"], "codes": code_lists()}
    content = _plain(content)
    call.current = CallVersion.objects.create(call=call, number=1, digest=f"digest-{slug}", content=content, loaded_at=LONG_AGO)
    call.save()
    for position, stage in enumerate(raw["stages"]):
        options = {k: v for k, v in stage.items() if k not in {"key", "kind", "title", "opens", "closes"}}
        if stage["kind"] == "review":
            options |= review_options
        Stage.objects.create(
            call=call,
            key=stage["key"],
            kind=stage["kind"],
            position=position,
            title_zh=stage["title"]["zh"],
            title_en=stage["title"]["en"],
            opens_at=_moment(stage.get("opens")),
            closes_at=_moment(stage.get("closes")),
            options=_plain(options),
        )
    return call


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=BEIJING)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


_PLACE = {"320000": "320505", "370000": "370700", "210000": "210200"}


def application(
    call: Call, number: str = "A-0001", province: str = "320000", name: str = "", state: str = ApplicationState.ACCEPTED, **fields: Any
) -> Application:
    """An accepted application whose texts name the enterprise, so that a leak would show."""
    owner = fields.pop("enterprise", None) or enterprise(name or f"苏州演示{number}精密传动有限公司", _PLACE[province])
    industry, _made = Industry.objects.get_or_create(code="34", defaults={"name_zh": "通用设备制造业", "level": "division"})
    data = {
        "contact_name": "周联系",
        "contact_phone": "13800001234",
        "project_title": f"精密减速机5G工厂{number}",
        "level": "factory",
        "overview": f"{owner.name_zh}在两个车间部署5G虚拟专网，接入数控机床与机器人。" * 3,
        "network_mode": "virtual_private",
        "base_stations": 14,
        "devices_connected": 500,
        "scenarios": {"01": "远程设备操控，响应更快。"},
        "effect_efficiency": {"before": "42.0", "after": "51.3"},
        "investment_items": [{"item": "equipment", "amount": "1200", "remark": f"{owner.name_zh}自筹"}],
        "site_address": "虎丘区科技路9号",
        "industry": "34",
    }
    defaults = {
        "version": call.current,
        "enterprise": owner,
        "number": number,
        "state": state,
        "data": data,
        "project_title": data["project_title"],
        "level": "factory",
        "industry": industry,
        "province": division(province),
        "created_by": UserFactory(),
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "submitted_at": datetime(2023, 8, 20, tzinfo=UTC),
    }
    return Application.objects.create(call=call, **{**defaults, **fields})


def expert(number: str = "0001", province: str | None = "210000", user: Any = None, **fields: Any) -> ExpertProfile:
    """An expert with the role, by default from a province without applicants."""
    if user is None:
        user = UserFactory(name=f"专家{number}", email=f"expert-{number}@example.org")
        committee = Organisation.objects.filter(kind=OrganisationKind.EXPERTS).order_by("id").first() or OrganisationFactory(
            kind=OrganisationKind.EXPERTS, name_zh="专家委员会"
        )
        MembershipFactory(user=user, organisation=committee, role=Role.EXPERT)
    return ExpertProfile.objects.create(user=user, number=number, province=division(province) if province else None, **fields)


def invitation(call: Call, who: ExpertProfile, by: Any, state: str = InvitationState.INVITED, **fields: Any) -> ExpertInvitation:
    return ExpertInvitation.objects.create(call=call, expert=who, state=state, invited_by=by, invited_at=LONG_AGO, **fields)


def tie(who: ExpertProfile, house: Any, by: Any, kind: str = RelationKind.CONSULTANCY, **fields: Any) -> Relation:
    """A tie to an enterprise of the register, or to one known by ``house`` as its name only."""
    named = {"enterprise_name": house} if isinstance(house, str) else {"enterprise": house}
    facts = {"source": RelationSource.SECRETARIAT, "recorded_by": by, "recorded_at": LONG_AGO, **fields}
    return Relation.objects.create(expert=who, kind=kind, **named, **facts)


SEED = "a seed that everybody knows"


def assigned(call: Call, by: Any, experts: int | None = None, **parameters: Any) -> Assigned:
    """Seats for all in review as a run gives them; who cannot be seated stays without."""
    wanted = replace(default_parameters(call), partial=True, **parameters, **({"experts": experts} if experts is not None else {}))
    return assign_now(actor=by, call=call, parameters=wanted, seed=SEED)


def seat(app: Application, who: ExpertProfile, by: Any, state: str = AssignmentState.STARTED, score: int | None = None) -> Assignment:
    """One seat in the given state; ``score`` on every criterion, which makes the total ten times as much."""
    position = Assignment.objects.filter(expert=who).count() + 1
    total = Decimal(score * 10) if score is not None and state == AssignmentState.FINISHED else None
    moment = datetime(2023, 10, 20, tzinfo=UTC)
    assignment = Assignment.objects.create(
        application=app,
        call=app.call,
        expert=who,
        state=state,
        method=AssignmentMethod.MANUAL,
        position=position,
        total=total,
        assigned_by=by,
        assigned_at=moment,
        finished_at=moment if total is not None else None,
    )
    if score is not None:
        Score.objects.bulk_create(Score(assignment=assignment, criterion=key, value=score, updated_at=moment) for key in CRITERIA)
    if app.state == ApplicationState.ACCEPTED:
        Application.objects.filter(pk=app.pk).update(state=ApplicationState.UNDER_REVIEW)
        app.state = ApplicationState.UNDER_REVIEW
    refresh_summaries(app.call, [app.pk])
    return assignment


def reviewed(call: Call, by: Any, scores: list[int], experts: list[ExpertProfile], **fields: Any) -> Application:
    """An application with one finished review per score."""
    app = application(call, **fields)
    for value, who in zip(scores, experts, strict=False):
        seat(app, who, by, AssignmentState.FINISHED, value)
    return app
