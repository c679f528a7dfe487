"""People and bodies. ``cast()`` builds the company every page test plays with, around Suzhou in Jiangsu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import factory

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Membership, Organisation, User
from pilotage.registry.models import Division, Enterprise

UNIT = "miit-ica"  # the unit of the cast's unit officer, by its code in the model plan
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)


def division(code: str) -> Division:
    """The named division and its parents; names are real, English left out."""
    names = {
        "320000": ("江苏省", "苏", "province", None),
        "320500": ("苏州市", "苏州", "prefecture", "320000"),
        "320505": ("虎丘区", "虎丘", "county", "320500"),
        "320100": ("南京市", "南京", "prefecture", "320000"),
        "320600": ("南通市", "南通", "prefecture", "320000"),
        "370000": ("山东省", "鲁", "province", None),
        "370700": ("潍坊市", "潍坊", "prefecture", "370000"),
        "210000": ("辽宁省", "辽", "province", None),
        "210200": ("大连市", "大连", "prefecture", "210000"),
    }
    name, short, level, parent = names[code]
    if parent:
        division(parent)
    return Division.objects.get_or_create(code=code, defaults={"name_zh": name, "short_zh": short, "level": level, "parent_id": parent})[0]


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"人员{n}")
    is_fictional = True


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    kind = OrganisationKind.MINISTRY
    name_zh = factory.Sequence(lambda n: f"机构{n}")
    name_en = factory.Sequence(lambda n: f"Organisation {n}")
    is_fictional = True


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.SECRETARIAT
    started_at = LONG_AGO


def enterprise(name: str = "苏州砚舟精密传动有限公司", county: str = "320505", **fields: object) -> Enterprise:
    place = division(county)
    parent = place.parent
    defaults = {
        "name_zh": name,
        "name_en": "",
        "province_id": f"{county[:2]}0000",
        "prefecture_id": parent.code if place.level == "county" and parent else (county if place.level == "prefecture" else None),
        "county_id": county if place.level == "county" else None,
        "is_fictional": True,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    return Enterprise.objects.create(**{**defaults, **fields})


@dataclass
class Cast:
    filer: User
    legal_representative: User
    district_officer: User
    city_officer: User
    province_officer: User
    communications_officer: User
    secretariat: User
    second_secretariat: User
    expert: User
    finance_liaison: User
    auditor: User
    unit_officer: User
    outsider: User
    other_filer: User
    other_city_officer: User
    other_province_officer: User
    enterprise: Enterprise
    other_enterprise: Enterprise

    def people(self) -> dict[str, User]:
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def _member(role: str, organisation: Organisation, name: str) -> User:
    user = UserFactory(name=name, email=f"{role.replace('_', '-')}-{organisation.pk}-{User.objects.count()}@example.org")
    MembershipFactory(user=user, organisation=organisation, role=role)
    return user


def _body(kind: str, name: str, code: str | None = None, **fields: object) -> Organisation:
    return OrganisationFactory(kind=kind, name_zh=name, name_en="", division=division(code) if code else None, **fields)


def cast() -> Cast:
    """One person per role; ``other_*`` sit in Shandong, the outsider is signed in without any role."""
    own = enterprise()
    other = enterprise("潍坊岚桥机械有限公司", "370700")
    kinds = OrganisationKind
    office = _body(kinds.MINISTRY, "工作组秘书处")
    company = _body(kinds.ENTERPRISE, own.name_zh, enterprise=own)
    return Cast(
        filer=_member(Role.FILER, company, "陆闻舟"),
        legal_representative=_member(Role.LEGAL_REPRESENTATIVE, company, "沈砚"),
        district_officer=_member(Role.DISTRICT_OFFICER, _body(kinds.DISTRICT, "虎丘区工信局", "320505"), "韩桥"),
        city_officer=_member(Role.CITY_OFFICER, _body(kinds.CITY, "苏州市工业和信息化局", "320500"), "顾城"),
        province_officer=_member(Role.PROVINCE_OFFICER, _body(kinds.PROVINCE, "江苏省工业和信息化厅", "320000"), "许清和"),
        communications_officer=_member(Role.COMMUNICATIONS_OFFICER, _body(kinds.COMMUNICATIONS, "江苏省通信管理局", "320000"), "段讯"),
        secretariat=_member(Role.SECRETARIAT, office, "顾望津"),
        second_secretariat=_member(Role.SECRETARIAT, office, "秦复核"),
        expert=_member(Role.EXPERT, _body(kinds.EXPERTS, "专家委员会"), "专家甲"),
        finance_liaison=_member(Role.FINANCE_LIAISON, _body(kinds.FINANCE, "演示银行"), "钱融"),
        auditor=_member(Role.AUDITOR, _body(kinds.AUDIT, "审计处"), "严查"),
        unit_officer=_member(Role.UNIT_OFFICER, _body(kinds.UNIT, "演示信息通信管理单位", unit_code=UNIT), "牵头人"),
        outsider=UserFactory(name="外人", email="outsider@example.org"),
        other_filer=_member(Role.FILER, _body(kinds.ENTERPRISE, other.name_zh, enterprise=other), "潍申报"),
        other_city_officer=_member(Role.CITY_OFFICER, _body(kinds.CITY, "潍坊市工业和信息化局", "370700"), "潍初审"),
        other_province_officer=_member(Role.PROVINCE_OFFICER, _body(kinds.PROVINCE, "山东省工业和信息化厅", "370000"), "鲁推荐"),
        enterprise=own,
        other_enterprise=other,
    )
