"""What is known of enterprises: figures of the model enterprise and of some that filed, all fictional, and of real listed companies from the seed."""

from __future__ import annotations

import random
from datetime import date

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import Role
from pilotage.accounts.models import Organisation, User
from pilotage.console.demo import shape
from pilotage.console.demo.filing import local_moment
from pilotage.console.demo.people import Offices, signer_of
from pilotage.core import clock
from pilotage.finance.facts import services
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.metrics import YEARLY
from pilotage.plan.models import Plan
from pilotage.registry import services as registry
from pilotage.registry.models import Enterprise

FIRMS, CONSENTING = 40, 14
BASE = 2022
WAN = 10_000
PUBLISHED = date(2023, 4, 28)
AUDIT = "演示数据：2022年度审计报告"
# in 万元, the last year first; shaped so that it meets the numbers of 2020 and not those of April 2024
MODEL_YEARS: dict[str, tuple[int, ...]] = {
    "revenue": (28_600, 22_466, 17_648),
    "net_profit": (4_100, 3_300, 2_600),
    "net_profit_core": (3_800, 3_100, 2_450),
    "rd_expense": (2_240, 2_070, 1_930),
    "operating_cash_flow": (3_500, 2_800, 2_100),
    "net_assets": (21_000, 16_800),
    "total_assets": (36_500,),
    "total_liabilities": (15_500,),
    "share_capital": (6_000,),
}
MODEL_HEADS: dict[str, tuple[int, ...]] = {"roe": (2_170, 2_120), "staff": (500,), "rd_staff": (71,)}
MODEL_STANDING = {
    "invention_patents": 9,
    "invention_patents_main": 6,
    "utility_models": 31,
    "trademarks": 4,
    "software_copyrights": 12,
    "shareholders": 68,
    "qualified_investors": 54,
    "raised_since_listing": 4_200 * WAN,
}
BEFORE_RESTATEMENT = 1_912  # what R&D of 2021 was first stated as


def build(offices: Offices, plan: Plan) -> None:
    secretariat = offices.secretariat[0]
    with clock.at(local_moment(2023, 9, 5)):
        services.load_listed_companies(actor=secretariat)
    _model(secretariat)
    others = _others()
    with clock.at(local_moment(2023, 10, 12)):
        for enterprise in others:
            _one(enterprise)
    with clock.at(local_moment(2023, 10, 13)):
        bank = Organisation.objects.get(memberships__user__email="bank@demo.example")
        for place, enterprise in enumerate(others[:CONSENTING]):
            _certified(secretariat, enterprise, place)
            accounts.give_consent(actor=signer_of(enterprise), enterprise=enterprise, organisation=bank)


# --- the model enterprise -------------------------------------------------------------------
def _model(secretariat: User) -> None:
    filer, legal = User.objects.get(email="filer@demo.example"), User.objects.get(email="legal@demo.example")
    own = filer.memberships_as(Role.FILER)[0].organisation.enterprise
    if own is None:
        return
    with clock.at(local_moment(2023, 9, 6)):
        first = [Line("rd_expense", BEFORE_RESTATEMENT * WAN, BASE - 1)]
        services.state(
            actor=filer, enterprise=own, lines=first, source="演示数据：2021年度审计报告", known_from=date(2022, 4, 27), is_audited=True
        )
        services.state(actor=filer, enterprise=own, lines=_lines(), source=AUDIT, known_from=PUBLISHED, is_audited=True)
        standing = [
            *(Line(metric, value) for metric, value in MODEL_STANDING.items()),
            Line("operating_since", date(2009, 6, 18)),
            Line("board", "none"),
        ]
        services.state(actor=filer, enterprise=own, lines=standing, source="演示数据：专利证书、股东名册", known_from=date(2023, 9, 6))
        services.enter_tier(actor=filer, enterprise=own, tier="innovation", from_on=date(2023, 5, 22), source="演示数据：调层公告")
    with clock.at(local_moment(2023, 9, 7)):
        _titles(secretariat, own)
        bank = Organisation.objects.get(memberships__user__email="bank@demo.example")
        accounts.give_consent(actor=legal, enterprise=own, organisation=bank)
        services.attest(
            actor=legal,
            enterprise=own,
            channel="bse-listing",
            condition="bse_listing_no_violation",
            holds=True,
            ground="演示依据：主管部门出具的无重大违法违规证明，2023年8月30日。",
            valid_until=date(2024, 8, 29),
        )


def _lines() -> list[Line]:
    money = [Line(metric, value * WAN, BASE - back) for metric, values in MODEL_YEARS.items() for back, value in enumerate(values)]
    return money + [Line(metric, value, BASE - back) for metric, values in MODEL_HEADS.items() for back, value in enumerate(values)]


def _titles(secretariat: User, own: Enterprise) -> None:
    _grant(secretariat, own, "专精特新“小巨人”企业", date(2023, 7, 14), date(2026, 7, 13))
    _grant(secretariat, own, "高新技术企业", date(2021, 11, 30), date(2024, 11, 29))


def _certified(secretariat: User, enterprise: Enterprise, place: int) -> None:
    """Most hold the common title, some one of the rarer, one nothing, and one a title that has run out."""
    if place % 4 != 3:
        _grant(secretariat, enterprise, "高新技术企业", date(2021, 11, 30), date(2024, 11, 29))
    if place % 3 == 1:
        _grant(secretariat, enterprise, "专精特新中小企业", date(2022, 6, 30), date(2025, 6, 29))
    if place == CONSENTING - 1:
        _grant(secretariat, enterprise, "高新技术企业", date(2020, 9, 10), date(2023, 9, 9))


def _grant(secretariat: User, enterprise: Enterprise, name: str, since: date, until: date) -> None:
    registry.add_title(
        actor=secretariat, enterprise=enterprise, name=name, issuer="演示授予单位", granted_on=since, valid_until=until, source="演示数据"
    )


# --- others ---------------------------------------------------------------------------------
def _others() -> list[Enterprise]:
    """Those that filed, one in so many, so that provinces are mixed."""
    model = User.objects.get(email="filer@demo.example").memberships_as(Role.FILER)[0].organisation.enterprise_id
    rows = Enterprise.objects.filter(is_fictional=True, kind="enterprise", organisation__isnull=False).exclude(pk=model).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    step = max(1, len(ids) // FIRMS)
    return list(rows.filter(pk__in=ids[::step][:FIRMS]))


def _one(enterprise: Enterprise) -> None:
    """Figures that hang together; now and then one is not known, as in life."""
    rng = random.Random(f"{shape.SEED}facts{enterprise.pk}")
    filer = User.objects.filter(memberships__organisation__enterprise=enterprise, memberships__role=Role.FILER).order_by("pk").first()
    if filer is None:
        return
    lines = [line for line in _figures(rng) if rng.random() > 0.04 or line.metric == "revenue"]
    services.state(actor=filer, enterprise=enterprise, lines=lines, source=AUDIT, known_from=PUBLISHED, is_audited=rng.random() < 0.8)


def _figures(rng: random.Random) -> list[Line]:
    revenue = rng.randrange(9_000, 120_000)
    share, margin, growth = rng.uniform(0.02, 0.14), rng.uniform(-0.03, 0.14), rng.uniform(0.92, 1.42)
    staff = max(60, revenue // rng.randrange(55, 130))
    lines = []
    for back in range(3):
        own = int(revenue / growth**back)
        rd, profit = int(own * share), int(own * margin)
        cash = int(own * rng.uniform(-0.02, 0.12))
        figures = {
            "revenue": own,
            "rd_expense": rd,
            "net_profit": profit,
            "net_profit_core": int(profit * 0.93),
            "operating_cash_flow": cash,
        }
        lines += [Line(metric, value * WAN, BASE - back) for metric, value in figures.items()]
    assets = int(revenue * rng.uniform(0.9, 1.6))
    debts = int(assets * rng.uniform(0.25, 0.75))
    capital = rng.randrange(2_000, 12_000)
    lines += [
        Line(metric, value * WAN, BASE)
        for metric, value in (
            ("total_assets", assets),
            ("total_liabilities", debts),
            ("net_assets", assets - debts),
            ("share_capital", capital),
        )
    ]
    heads = {
        "staff": staff,
        "rd_staff": int(staff * rng.uniform(0.04, 0.22)),
        "roe": int(10_000 * margin * revenue / max(1, assets - debts)),
    }
    standing = {"invention_patents": (patents := rng.randrange(0, 24)), "invention_patents_main": int(patents * 0.7)}
    standing |= {"utility_models": rng.randrange(0, 60), "software_copyrights": rng.randrange(0, 20)}
    lines += [Line(metric, value, BASE if metric in YEARLY else None) for metric, value in {**heads, **standing}.items()]
    return [*lines, Line("operating_since", date(rng.randrange(1998, 2019), rng.randrange(1, 13), 1))]
