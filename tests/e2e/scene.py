"""The small scene of the browser tests: real reference data and the real plan, and a handful of fictional bodies.

``build()`` runs inside the installation (``pilotage shell``); everything after it happens on pages.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tests.e2e.server import Server

BEIJING = ZoneInfo("Asia/Shanghai")
PASSWORD = "walk-the-year-2023"
CALL = "5g-factory-directory-2023"
PROJECT, SECOND_PROJECT = "精密减速机5G工厂", "工业泵阀柔性装配5G车间"
FIRM, SECOND_FIRM = "苏州砚舟精密传动有限公司", "苏州沐衡泵阀有限公司"
OTHER_FIRM = "潍坊岚桥机械有限公司"
# who -> (kind of body, its name, territory, role)
PEOPLE: dict[str, tuple[str, str, str | None, str]] = {
    "city": ("city", "苏州市演示工业和信息化局", "320500", "city_officer"),
    "province": ("province", "江苏省演示工业和信息化主管部门", "320000", "province_officer"),
    "communications": ("communications", "江苏省演示通信管理局", "320000", "communications_officer"),
    "secretariat": ("ministry", "演示秘书处", None, "secretariat"),
    "secretariat2": ("ministry", "演示秘书处复核组", None, "secretariat"),
    "auditor": ("audit", "演示审计处", None, "auditor"),
    "bank": ("finance", "演示银行", None, "finance_liaison"),
}
EXPERTS = {"expert": "370000", "expert2": "420000", "expert3": "330000"}
NAMES = {
    "city": "顾城", "province": "许清和", "communications": "段讯", "secretariat": "顾望津", "secretariat2": "秦复核", "auditor": "严查", "bank": "钱融",
}  # fmt: skip


def address(who: str) -> str:
    return f"{who}@walk.example"


def stand_at(data_dir: Path, moment: str) -> None:
    """From its next start on, the installation's clock shows ``moment`` (local, ISO)."""
    there = datetime.fromisoformat(moment).replace(tzinfo=BEIJING)
    offset = (there - datetime.now(tz=BEIJING)).total_seconds()
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "demo.json").write_text(json.dumps({"stage": "walk", "clock_offset_seconds": offset}))


def prepare(server: Server, moment: str) -> None:
    """Plan and cast in a data folder whose tables are empty."""
    stand_at(server.data_dir, moment)
    server.shell("from tests.e2e import scene; scene.build(); scene.remember_sessions()")


def remember_sessions() -> None:
    """Everybody of this scene signed in, as ``sessions.json`` in the data folder; those who are there already keep theirs."""
    from django.conf import settings
    from django.test import Client

    from pilotage.accounts.models import User

    path = settings.DATA_DIR / "sessions.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for user in User.objects.filter(email__endswith=address("")).exclude(email__in=known).order_by("id"):
        client = Client()
        client.force_login(user)
        known[user.email] = client.cookies["sessionid"].value
    path.write_text(json.dumps(known))


def build() -> None:
    from django.conf import settings
    from django.db import transaction

    from pilotage.directory import services as directory
    from pilotage.plan import services as plans
    from pilotage.publications import services as publications
    from pilotage.registry import services as registry

    with transaction.atomic():
        registry.load_reference_data()
        plans.load_folder(settings.PLAN_DIR, actor=None)
        directory.record_history(actor=None)
        publications.load_history(actor=None)
        secretariat = _offices()
        _experts(secretariat)
        _quota(secretariat)
        _firm(FIRM, "filer", 1)
        _second_draft(_firm(SECOND_FIRM, "filer2", 2))
        _firm(OTHER_FIRM, "outsider", 3, division="370705")


def _person(who: str, name: str, organisation: Any, role: str) -> Any:
    from pilotage.accounts import services as accounts

    user = accounts.create_user(actor=None, email=address(who), name=name, is_fictional=True)
    user.password = hashed_password()
    user.save(update_fields=["password"])
    accounts.give_role(actor=None, user=user, organisation=organisation, role=role, is_manager=True)
    return user


@functools.cache
def hashed_password() -> str:
    """Everybody's: making it takes a quarter of a second."""
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def _body(kind: str, name: str, division: str | None = None, enterprise: Any = None) -> Any:
    from pilotage.accounts import services as accounts

    return accounts.create_organisation(
        actor=None, kind=kind, name_zh=name, name_en="", division_id=division, enterprise=enterprise, is_fictional=True
    )


def _offices() -> Any:
    made = {who: _person(who, NAMES[who], _body(kind, name, division), role) for who, (kind, name, division, role) in PEOPLE.items()}
    return made["secretariat"]


def _experts(secretariat: Any) -> None:
    from pilotage.registry.models import Division
    from pilotage.review.experts.profiles import create_expert

    committee = _body("experts", "演示专家委员会")
    for number, (who, province) in enumerate(EXPERTS.items(), start=1):
        create_expert(
            actor=secretariat,
            user=_person(who, f"专家{'甲乙丙'[number - 1]}", committee, "expert"),
            number=f"E{number:04d}",
            employer_name=f"演示研究院第{number}研究室",
            province=Division.objects.get(pk=province),
            disciplines=["34"],
        )


def _quota(secretariat: Any) -> None:
    from pilotage.calls import services as calls
    from pilotage.calls.models import Call, Recommender

    recommender = Recommender.objects.get(kind="province", province_id="320000")
    calls.set_quota(actor=secretariat, call=Call.objects.get(slug=CALL), recommender=recommender, limit=5)


def _firm(name: str, filer: str, number: int, division: str = "320505") -> tuple[Any, Any]:
    from pilotage.core import codes
    from pilotage.registry import services as registry

    enterprise = registry.create_enterprise(
        actor=None, name_zh=name, uscc=codes.fictional_uscc(division, number), division=division, industry_id="34", ownership="private",
        size="medium", address=f"演示路{number}号", is_fictional=True, source="演示数据",
    )  # fmt: skip
    return enterprise, _person(
        filer, "陆闻舟" if number == 1 else f"申报人{number}", _body("enterprise", name, enterprise=enterprise), "filer"
    )


def _second_draft(firm: tuple[Any, Any]) -> None:
    """The second applicant's draft, complete but for the contract: the walk attaches it and submits."""
    from pilotage.calls import services as calls
    from pilotage.calls.models import Call
    from tests.factories.calls import answers

    enterprise, filer = firm
    application = calls.start_application(actor=filer, call=Call.objects.get(slug=CALL), enterprise=enterprise)
    values = answers(project_title=SECOND_PROJECT, truth_statement=None, contact_name="申报人2")
    calls.save_draft(actor=filer, application=application, values=values, base_version=application.draft_version)
