"""Calls and applications. The call is the real file of the plan, loaded by the room's own loader."""

from __future__ import annotations

import copy
import csv
import io
import json
import uuid
import zipfile
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from ruamel.yaml import YAML

from pilotage.calls.enums import ApplicationState
from pilotage.calls.loading import load_calls
from pilotage.calls.models import Application, Attachment, Call, CallVersion
from pilotage.calls.selectors import recommender_choices
from pilotage.calls.services.drafts import columns
from pilotage.plan.models import Plan
from pilotage.registry.models import Industry
from tests.factories.accounts import division, enterprise

FOLDER = Path(__file__).resolve().parents[2] / "plans" / "industrial-internet-2023"
SLUG = "5g-factory-directory-2023"
BEIJING = ZoneInfo("Asia/Shanghai")
SHORT = {"320000": "苏", "370000": "鲁", "210000": "辽"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def change(call: Call, **changes: Any) -> None:
    """Other content for the version in force, under a digest of its own: what was prepared from another test's version is not taken for it."""
    version = call.current
    assert version
    version.content, version.digest = {**version.content, **changes}, uuid.uuid4().hex
    CallVersion.objects.filter(pk=version.pk).update(content=version.content, digest=version.digest)


# Instants of the call's life: everything open, after the city's deadline, after the province's.
FILING, CITY_CLOSED, PROVINCE_CLOSED = "2023-08-28T10:00", "2023-09-10T10:00", "2023-09-22T10:00"


@cache
def _document() -> dict[str, Any]:
    document = YAML(typ="safe").load((FOLDER / "calls" / "5g-factory-directory.yaml").read_text(encoding="utf-8"))
    codes = {}
    for path in sorted((FOLDER / "codes").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            codes[path.stem] = list(csv.DictReader(file))
    return json.loads(json.dumps({**document, "codes": codes}, default=str))


def call_document(**changes: Any) -> dict[str, Any]:
    """The call file as the plan loader hands it over; ``changes`` replace top-level parts."""
    return {**copy.deepcopy(_document()), **changes}


def industry(code: str = "34", section: str = "C") -> Industry:
    parent, _ = Industry.objects.get_or_create(code=section, defaults={"name_zh": f"门类{section}", "level": "section"})
    names = {"34": "通用设备制造业", "65": "软件和信息技术服务业"}
    return Industry.objects.get_or_create(
        code=code, defaults={"name_zh": names.get(code, f"大类{code}"), "level": "division", "parent": parent}
    )[0]


def plan() -> Plan:
    return Plan.objects.get_or_create(
        slug="industrial-internet-2023",
        defaults={
            "title_zh": "工业互联网专项工作组2023年工作计划",
            "issuer_zh": "工业互联网专项工作组",
            "starts_on": date(2023, 1, 1),
            "ends_on": date(2023, 12, 31),
            "version": 1,
        },
    )[0]


def call(**changes: Any) -> Call:
    """The 5G factory call, loaded; ``changes`` replace parts of its file. Call again with changes to make a new version."""
    for code in ("320505", "320100", "370700", "210200"):
        division(code)
    industry()
    load_calls(plan(), [call_document(**changes)], None)
    return Call.objects.get(slug=changes.get("call", SLUG))


def call_with_district(closes: str = "2023-09-03T17:00", checklist: list[dict[str, Any]] | None = None, **changes: Any) -> Call:
    """The same call where districts check before the cities; ``checklist`` is for both levels."""
    stages = call_document()["stages"]
    place = next(index for index, stage in enumerate(stages) if stage["kind"] == "check")
    title = {"zh": "县（区）核查", "en": "District check"}
    first = {"key": "district_check", "kind": "check", "level": "district", "title": title, "opens": "2023-08-01T09:00", "closes": closes}
    if checklist:
        first["checklist"] = stages[place]["checklist"] = checklist
    return call(stages=[*stages[:place], first, *stages[place:]], **changes)


CHECKLIST = [
    {"key": "legal_person", "title": {"zh": "独立法人", "en": "Legal person"}},
    {"key": "papers", "title": {"zh": "材料齐全", "en": "Papers complete"}, "help": {"zh": "逐份核对", "en": "Sheet by sheet"}},
    {"key": "visited", "title": {"zh": "已现场查看", "en": "Site visited"}, "required": False},
]


def answers(**changes: Any) -> dict[str, Any]:
    """A complete form. None takes an answer out."""
    text = "建设覆盖精密减速机装配线的5G网络，连接数控机床、检测设备和搬运机器人，实现数据采集、远程控制和质量追溯。"
    effect = {"before": "42.0", "after": "51.3"}
    values: dict[str, Any] = {
        "main_revenue": "38600.00",
        "no_violation": True,
        "contact_name": "陆闻舟",
        "contact_phone": "0512-00000000",
        "project_title": "精密减速机5G工厂",
        "level": "workshop",
        "key_industry": "equipment",
        "industry": "34",
        "site_division": "320505",
        "site_address": "演示路1号",
        "building_state": "built",
        "started_on": "2021-03",
        "finished_on": "2022-11",
        "overview": text * 2,
        "network_mode": "virtual_private",
        "base_stations": 12,
        "edge_nodes": 2,
        "devices_total": 300,
        "devices_connected": 260,
        "coverage": "96.5",
        "it_ot_systems": ["mes", "wms"],
        "identifiers_used": True,
        "network_description": text * 3,
        "scenarios": {"04": "柔性换线，批次切换由两小时缩短到半小时。", "06": "机器视觉检测齿面缺陷。"},
        "effect_efficiency": effect,
        "effect_cost": {"before": "12.5", "after": "11.1"},
        "effect_capacity": effect,
        "effect_carbon": {"before": "3.20", "after": "2.80"},
        "effect_energy": effect,
        "effects_period": "2021年；2023年1—6月",
        "effects_description": text * 2,
        "security_measures": ["zoning", "access"],
        "security_description": text,
        "investment_total": "3240",
        "investment_items": [{"item": "equipment", "amount": "2000", "remark": None}],
        "partners": [{"name": "演示通信公司", "role": "operator", "contract_no": None}],
        "demonstration_value": text * 2,
        "truth_statement": True,
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def application(call: Call, by: Any, owner: Any = None, state: str = ApplicationState.DRAFT, **fields: Any) -> Application:
    """One row in any state, filled in; ``owner`` is the enterprise (a new one by default), ``by`` who made it."""
    owner = owner or enterprise(f"演示企业{Application.objects.count()}有限公司")
    data = fields.pop("data", None) or answers(
        project_title=f"5G工厂{Application.objects.count()}",
        truth_statement={"agreed": True, "by": "陆闻舟", "at": "2023-08-28T10:00:00+08:00"},
    )
    when = moment(FILING)
    form_columns = columns_of(call, data)
    number = f"5GF-2023-{SHORT.get(owner.province_id, owner.province_id[:2])}-{9000 - Application.objects.count():04d}"
    given: dict[str, Any] = {
        "call": call,
        "version": call.current,
        "enterprise": owner,
        "recommender": next(iter(recommender_choices(call, owner)), None),
        "number": number,
        "state": state,
        "data": data,
        "province_id": owner.province_id,
        "prefecture_id": owner.prefecture_id,
        "county_id": owner.county_id,
        "created_by": by,
        "created_at": when,
        "updated_at": when,
        "submitted_at": None if state == ApplicationState.DRAFT else when,
        "returned_from": ApplicationState.SUBMITTED if state == ApplicationState.RETURNED else "",
    }
    return Application.objects.create(**{**given, **form_columns, **fields})


def columns_of(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    from pilotage.calls.selectors import form_of

    assert call.current is not None
    return columns(form_of(call.current), data)


def attachment(application: Application, by: Any, field: str = "evidence_network", content: bytes = b"%PDF-1.7 demo") -> Attachment:
    from pilotage.calls.services import add_attachment

    return add_attachment(actor=by, application=application, field=field, upload=pdf(content=content)).attachment


def pdf(name: str = "合同.pdf", content: bytes = b"%PDF-1.7 demo") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def archive(*parts: str) -> bytes:
    """The bytes of a ZIP with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for part in parts:
            file.writestr(part, "x")
    return buffer.getvalue()
