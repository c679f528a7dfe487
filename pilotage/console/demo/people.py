"""The fictional bodies and persons of the year, and the accounts a visitor signs in with."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import OrganisationKind as Kind
from pilotage.accounts.enums import Role
from pilotage.accounts.models import Organisation, User
from pilotage.console.demo import shape
from pilotage.registry.models import Division, Enterprise
from pilotage.review.experts.profiles import create_expert

PASSWORD = "pilotage-demo-2023"
EXPERT_COUNT = 72
PANEL_COUNT = 24
PANEL_HOMES = ("110000", "120000", "220000", "610000", "530000", "150000")


@dataclass
class Offices:
    """Who holds which office, by division code."""

    secretariat: list[User] = field(default_factory=list)
    provinces: dict[str, User] = field(default_factory=dict)
    communications: dict[str, User] = field(default_factory=dict)
    cities: dict[str, User] = field(default_factory=dict)
    districts: dict[str, User] = field(default_factory=dict)


def appoint(places: dict[str, list[Division]], planned: list[Division]) -> Offices:
    """Create the offices for these places: province code -> the cities (or districts) that file there."""
    offices = Offices()
    ministry = _organisation(Kind.MINISTRY, "工业互联网专项工作组秘书处", "Working group secretariat")
    offices.secretariat = [
        _person("secretariat@demo.example", "顾望津", ministry, Role.SECRETARIAT, signs_in=True, is_manager=True),
        _person("secretariat2@demo.example", "秦复核", ministry, Role.SECRETARIAT, signs_in=True),
    ]
    finance = _organisation(Kind.FINANCE, "演示银行科技金融部", "Demo bank, technology finance")
    _person("bank@demo.example", "钱融", finance, Role.FINANCE_LIAISON, signs_in=True)
    _person("auditor@demo.example", "严查", _organisation(Kind.AUDIT, "演示审计处", "Demo audit office"), Role.AUDITOR, signs_in=True)
    for code, local in places.items():
        _appoint_province(offices, Division.objects.get(pk=code), local)
    for city in planned:
        _appoint_planned_city(offices, city)
    return offices


def _appoint_province(offices: Offices, province: Division, local: list[Division]) -> None:
    model = province.pk == "320000"
    department = _organisation(
        Kind.PROVINCE, f"{province.name_zh}工业和信息化主管部门", f"{province.name_en} industry department", province
    )
    offices.provinces[province.pk] = _person(
        _address("province", province, model), _name(province.pk, 1), department, Role.PROVINCE_OFFICER, signs_in=model, is_manager=True
    )
    administration = _organisation(
        Kind.COMMUNICATIONS, f"{province.name_zh}通信管理局", f"{province.name_en} communications administration", province
    )
    offices.communications[province.pk] = _person(
        _address("communications", province, model), _name(province.pk, 2), administration, Role.COMMUNICATIONS_OFFICER, signs_in=model
    )
    for place in local:
        if place.level == "county":
            bureau = _organisation(Kind.DISTRICT, f"{place.name_zh}工信主管部门", "", place, department)
            offices.districts[place.pk] = _person(_address("district", place), _name(place.pk, 3), bureau, Role.DISTRICT_OFFICER)
        else:
            _appoint_city(offices, place, department)


def _appoint_city(offices: Offices, city: Division, department: Organisation | None) -> None:
    model = city.pk == "320500"
    bureau = _organisation(Kind.CITY, f"{city.name_zh}工业和信息化局", f"{city.name_en} industry bureau", city, department)
    offices.cities[city.pk] = _person(_address("city", city, model), _name(city.pk, 3), bureau, Role.CITY_OFFICER, signs_in=model)


def _appoint_planned_city(offices: Offices, city: Division) -> None:
    """A separately planned city checks and recommends by itself."""
    _appoint_city(offices, city, None)
    offices.provinces[city.pk] = offices.cities[city.pk]


def hire_experts(offices: Offices, employers: list[Enterprise], provinces: list[Division], disciplines: list[str]) -> None:
    """Experts from institutes and from firms of the year, spread over the provinces."""
    rng = random.Random(f"{shape.SEED}experts")
    committee = _organisation(Kind.EXPERTS, "演示专家委员会", "Demo expert committee")
    for n in range(1, EXPERT_COUNT + 1):
        user = _person(
            f"expert{n}@demo.example" if n > 1 else "expert@demo.example", _name(f"expert{n}", n), committee, Role.EXPERT, signs_in=n <= 2
        )
        employer = employers[n * 7 % len(employers)] if n % 6 == 0 else None
        create_expert(
            actor=offices.secretariat[0],
            user=user,
            number=f"E{n:04d}",
            employer=employer,
            employer_name=employer.name_zh if employer else f"演示研究院第{n}研究室",
            province=employer.province if employer else provinces[n % len(provinces)],
            disciplines=rng.sample(disciplines, 2),
        )


def hire_panel(offices: Offices) -> None:
    """The experts of the smaller calls: from institutes of provinces that file few of them."""
    panel = _organisation(Kind.EXPERTS, "演示专项评审组", "Demo review panel")
    homes = list(Division.objects.filter(pk__in=PANEL_HOMES).order_by("pk"))
    for n in range(1, PANEL_COUNT + 1):
        user = _person(f"panel{n}@demo.example", _name(f"panel{n}", n), panel, Role.EXPERT)
        create_expert(
            actor=offices.secretariat[0],
            user=user,
            number=f"P{n:04d}",
            employer_name=f"演示评测中心第{n}室",
            province=homes[n % len(homes)],
        )


def appoint_one(email: str, name: str, organisation: Organisation, role: str) -> User:
    """A person of an organisation made elsewhere, with a password to sign in."""
    return _person(email, name, organisation, role, signs_in=True, is_manager=True)


def file_for(enterprise: Enterprise, name: str, *, signs_in: bool = False) -> User:
    """The enterprise's own organisation with the person who files."""
    organisation = _organisation(Kind.ENTERPRISE, enterprise.name_zh, enterprise.name_en, enterprise=enterprise)
    address = "filer@demo.example" if signs_in else f"filer{enterprise.pk}@demo.example"
    if signs_in:
        _person("legal@demo.example", "沈砚", organisation, Role.LEGAL_REPRESENTATIVE, signs_in=True)
    return _person(address, name, organisation, Role.FILER, signs_in=signs_in, is_manager=True)


def signer_of(enterprise: Enterprise) -> User:
    """Its legal representative; where it has none, the person who files becomes it, and where nobody files, somebody is appointed."""
    body = Organisation.objects.filter(enterprise=enterprise).first()
    if body is None:
        body = _organisation(Kind.ENTERPRISE, enterprise.name_zh, enterprise.name_en, enterprise=enterprise)
    members = list(body.memberships.filter(ended_at__isnull=True).select_related("user").order_by("pk"))
    if not members:
        return appoint_one(f"legal{enterprise.pk}@demo.example", "法定代表人", body, Role.LEGAL_REPRESENTATIVE)
    held = next((each for each in members if each.role == Role.LEGAL_REPRESENTATIVE), None)
    if held is None:
        accounts.give_role(actor=None, user=members[0].user, organisation=body, role=Role.LEGAL_REPRESENTATIVE)
    return User.objects.get(pk=(held or members[0]).user.pk)


def _organisation(
    kind: str,
    name_zh: str,
    name_en: str,
    division: Division | None = None,
    parent: Organisation | None = None,
    enterprise: Enterprise | None = None,
) -> Organisation:
    return accounts.create_organisation(
        actor=None, kind=kind, name_zh=name_zh, name_en=name_en, division=division, parent=parent, enterprise=enterprise, is_fictional=True
    )


def _person(email: str, name: str, organisation: Organisation, role: str, *, signs_in: bool = False, is_manager: bool = False) -> User:
    user = accounts.create_user(actor=None, email=email, name=name, password=PASSWORD if signs_in else None, is_fictional=True)
    accounts.give_role(actor=None, user=user, organisation=organisation, role=role, is_manager=is_manager)
    return user


def _address(office: str, place: Division, is_model: bool = False) -> str:
    return f"{office}@demo.example" if is_model else f"{office}-{place.pk}@demo.example"


def _name(seed: str, salt: int) -> str:
    rng = random.Random(f"{shape.SEED}{seed}{salt}")
    if (seed, salt) in _KNOWN:
        return _KNOWN[seed, salt]
    return rng.choice("周陆沈许顾段韩秦苏江程卢方魏叶") + rng.choice(
        ("闻舟", "清和", "望", "知远", "砚", "若谷", "一鸣", "思齐", "平", "立言")
    )


_KNOWN = {("320000", 1): "许清和", ("320000", 2): "段讯", ("320500", 3): "顾城"}

ACCOUNTS = (
    ("filer@demo.example", "企业申报人 / applicant"),
    ("legal@demo.example", "企业法定代表人 / legal representative"),
    ("city@demo.example", "苏州市初审 / city officer, Suzhou"),
    ("province@demo.example", "江苏省推荐 / province officer, Jiangsu"),
    ("communications@demo.example", "江苏省通信管理局 / communications administration"),
    ("secretariat@demo.example", "秘书处 / secretariat"),
    ("secretariat2@demo.example", "秘书处复核人 / secretariat, second person"),
    ("expert@demo.example", "评审专家 / expert"),
    ("unit@demo.example", "责任单位 / responsible unit (stage year_end)"),
    ("bank@demo.example", "金融机构 / finance liaison"),
    ("bank2@demo.example", "金融机构复核人 / finance liaison, second person (stage year_end)"),
    ("fund@demo.example", "基金 / fund (stage year_end)"),
    ("exchange@demo.example", "证券交易所 / stock exchange (stage year_end)"),
    ("auditor@demo.example", "审计 / auditor"),
)
