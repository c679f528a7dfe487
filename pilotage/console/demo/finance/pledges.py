"""Fictional pledges of IP rights: one from the valuation to the cancellation, one that is watched with a fee due soon, one refused, one claimed
from a region's fund, one whose file is not ready.

Each step is taken by the person whose it is, on its own day. Numbers, names, amounts and the region's share are made up and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.console.demo.filing import local_moment, one_page
from pilotage.console.demo.people import Offices, appoint_one
from pilotage.core import clock
from pilotage.finance.pledges import assets, compensation, files, monitoring, services
from pilotage.finance.pledges.enums import Paper
from pilotage.finance.pledges.models import IpAsset, Pledge
from pilotage.plan.models import Plan
from pilotage.registry.models import Division, Enterprise

WAN = 10_000
SOURCE = "演示数据：登记簿副本"
TOLD = {"consents": None, "is_complete": True, "is_free": True, "knows_pair": None, "knows_contest": None}
SCANNED = (Paper.APPLICATION, Paper.CONTRACT)
PAPERS = {**dict.fromkeys(Paper.values, "there"), Paper.AGENT: "not_needed"}


@contextmanager
def on(month: int, day: int, hour: int = 10) -> Iterator[date]:
    with clock.at(local_moment(2023, month, day, hour)):
        yield date(2023, month, day)


def build(people: Offices, plan: Plan) -> None:
    bank = User.objects.filter(email="bank@demo.example").first()
    filer = User.objects.filter(email="filer@demo.example").first()
    if bank is None or filer is None:
        return
    own = filer.memberships_as(Role.FILER)[0].organisation.enterprise
    if own is None:
        return
    with on(6, 27):
        second = appoint_one("bank2@demo.example", "柜复核", bank.active_memberships[0].organisation, Role.FINANCE_LIAISON)
    loans = Loans(bank, second, filer, own)
    with on(6, 28):
        _term(people.secretariat[0], own)
        rights = [loans.right(place, *each) for place, each in enumerate(RIGHTS, 1)]
    loans.to_the_end(rights[0], rights[1])
    loans.claimed(rights[4])
    loans.watched(rights[2])
    loans.refused(rights[3])
    loans.not_ready(rights[5])
    with clock.at(local_moment(2024, 1, 8, 8)):
        monitoring.watch()


# kind, title, filed, granted, expires, next fee due
RIGHTS = (
    ("patent", "一种谐波减速器齿形修整方法", date(2017, 3, 6), date(2019, 8, 2), date(2037, 3, 5), date(2024, 4, 5)),
    ("patent", "一种传动轴在线动平衡装置", date(2018, 5, 14), date(2020, 11, 10), date(2038, 5, 13), date(2024, 6, 13)),
    ("patent", "基于振动信号的刀具磨损监测方法", date(2019, 1, 17), date(2021, 6, 4), date(2039, 1, 16), date(2024, 2, 16)),
    ("utility_model", "一种减速器壳体定位夹具", date(2020, 9, 8), date(2021, 4, 27), date(2030, 9, 7), date(2024, 10, 8)),
    ("patent", "一种精密轴承预紧力调节机构", date(2016, 7, 19), date(2018, 9, 21), date(2036, 7, 18), date(2024, 8, 18)),
    ("design", "减速器外壳", date(2021, 11, 2), date(2022, 5, 13), date(2036, 11, 1), date(2023, 12, 2)),
)


def _term(secretariat: User, firm: Enterprise) -> None:
    province = Division.objects.filter(pk=firm.province_id).first()
    if province is not None:
        compensation.set_term(
            actor=secretariat,
            region=province,
            share=4000,
            most=500 * WAN,
            in_force=date(2023, 1, 1),
            source="演示参数，不是任何地区的真实规定",
        )


def _scan(pledge: Pledge, paper: Paper) -> SimpleUploadedFile:
    """A page that says it is a demonstration."""
    made = one_page(f"Demo document for pledge {pledge.number}: {paper.value}")
    return SimpleUploadedFile(f"{paper.label}-{pledge.number}.pdf", made)


class Loans:
    """Loans of the demo bank to the model enterprise."""

    def __init__(self, bank: User, second: User, filer: User, own: Enterprise) -> None:
        self.bank, self.second, self.filer, self.own = bank, second, filer, own

    # --- steps ---
    def right(self, place: int, kind: str, title: str, filed: date, granted: date, expires: date, fee: date) -> IpAsset:
        digit = {"patent": 1, "utility_model": 2, "design": 3}[kind]
        values: dict[str, Any] = {
            "kind": kind,
            "number": f"ZL{filed.year}{digit}9999{place:03d}（演示）",
            "title": title,
            "owners": [self.own.name_zh],
            "filed_on": filed,
            "granted_on": granted,
            "expires_on": expires,
            "fee_due_on": fee,
            "has_pair": False,
            "source": SOURCE,
        }
        return assets.enter(actor=self.filer, enterprise=self.own, values=values)

    def valued(self, right: IpAsset, amount: int, month: int, day: int) -> None:
        with on(month, day) as today:
            assets.value(
                actor=self.filer, asset=right, method="income", valuer="演示资产评估有限公司", valued_on=today, amount=amount * WAN,
                valid_until=today.replace(year=2024),
            )  # fmt: skip

    def looked_up(self, *rights: IpAsset) -> None:
        for right in rights:
            assets.record_event(actor=self.bank, asset=right, code="looked_up", on=clock.today(), note="演示：登记簿副本核对无误")

    def contracted(self, rights: tuple[IpAsset, ...], amount: int, offer: tuple[int, int], signed: tuple[int, int], ends: date) -> Pledge:
        bank = self.bank.active_memberships[0].organisation
        with on(*offer):
            pledge = services.offer(
                actor=self.filer,
                enterprise=self.own,
                organisation=bank,
                assets=rights,
                amount=amount * WAN,
                purpose="采购原材料和改造产线（演示）",
            )
        with on(*signed) as today:
            terms = {"amount": amount * WAN, "months": 12, "rate": 385, "debt_ends_on": ends}
            return services.contract(actor=self.bank, pledge=pledge, number=f"演质字{pledge.number}", on=today, terms=terms)

    def filed(self, pledge: Pledge, month: int, day: int) -> Pledge:
        with on(month, day):
            self.looked_up(*pledge.assets.order_by("pk"))
            for paper in SCANNED:
                files.add_file(actor=self.filer, pledge=pledge, paper=paper, upload=_scan(pledge, paper))
            filled = services.fill_file(actor=self.filer, pledge=pledge, papers=PAPERS, told=TOLD)
            return services.step(actor=self.filer, pledge=filled, verb="file")

    def registered(self, pledge: Pledge, month: int, day: int) -> Pledge:
        with on(month, day) as today:
            return services.register(actor=self.bank, pledge=pledge, number=f"Y2023演示{pledge.pk:05d}", on=today)

    def by_two(self, pledge: Pledge, verb: str, month: int, day: int) -> Pledge:
        with on(month, day, 9):
            services.propose(actor=self.bank, pledge=pledge, verb=verb, reason="资料齐全（演示）")
        with on(month, day, 15):
            return services.confirm(actor=self.second, pledge=pledge, verb=verb)

    # --- stories ---
    def to_the_end(self, first: IpAsset, other: IpAsset) -> None:
        """Valued, filed, corrected, registered, published, disbursed, changed, watched, repaid, cancelled."""
        self.valued(first, 1260, 6, 29)
        self.valued(other, 840, 6, 29)
        pledge = self.filed(self.contracted((first, other), 1000, (7, 3), (7, 7), date(2024, 6, 30)), 7, 10)
        with on(7, 12):
            services.step(actor=self.bank, pledge=pledge, verb="note_defect", reason="委托书未加盖公章。（演示）")
        with on(7, 13):
            services.step(actor=self.filer, pledge=pledge, verb="cure")
        pledge = self.registered(pledge, 7, 18)
        with on(7, 25) as today:
            services.publish(actor=self.bank, pledge=pledge, on=today)
        pledge = self.by_two(pledge, "disburse", 7, 27)
        with on(9, 15) as today:
            terms = {"amount": 800 * WAN, "months": 12, "rate": 365, "debt_ends_on": date(2024, 6, 30)}
            services.change(actor=self.bank, pledge=pledge, agreement=f"演变字{pledge.number}", on=today, terms=terms)
            pledge.refresh_from_db()
        with on(12, 20):
            services.step(actor=self.bank, pledge=pledge, verb="repay")
        self.by_two(pledge, "cancel", 12, 22)

    def watched(self, right: IpAsset) -> None:
        """Its annual fee falls due in the weeks after the visitor arrives."""
        self.valued(right, 980, 9, 20)
        pledge = self.filed(self.contracted((right,), 600, (9, 25), (10, 10), date(2024, 9, 30)), 10, 12)
        pledge = self.registered(pledge, 10, 17)
        with on(10, 24) as today:
            services.publish(actor=self.bank, pledge=pledge, on=today)
        self.by_two(pledge, "disburse", 10, 26)

    def refused(self, right: IpAsset) -> None:
        self.valued(right, 160, 10, 30)
        pledge = self.filed(self.contracted((right,), 100, (11, 1), (11, 3), date(2024, 10, 31)), 11, 6)
        with on(11, 9):
            services.step(actor=self.bank, pledge=pledge, verb="refuse", reason="登记机关查明合同所列专利名称与登记簿不一致。（演示）")

    def claimed(self, right: IpAsset) -> None:
        self.valued(right, 700, 7, 5)
        pledge = self.filed(self.contracted((right,), 400, (7, 6), (7, 11), date(2024, 7, 10)), 7, 12)
        pledge = self.registered(pledge, 7, 17)
        pledge = self.by_two(pledge, "disburse", 7, 20)
        with on(11, 20) as today:
            services.default(actor=self.bank, pledge=pledge, on=today, reason="利息逾期九十天。（演示）")
        with on(12, 6):
            services.claim(actor=self.bank, pledge=pledge, loss=300 * WAN)

    def not_ready(self, design: IpAsset) -> None:
        """An annual fee went unpaid in December: the checks refuse the filing and say what to do."""
        self.contracted((design,), 120, (12, 11), (12, 18), date(2024, 12, 10))
