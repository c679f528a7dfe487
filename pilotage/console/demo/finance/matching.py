"""Fictional offers, needs and what came of them: an introduction in every state, an interbank note, a list for re-lending signed off by two.

Each step is taken by the person whose it is, at its own day of the last months of the year.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pilotage.accounts import services as accounts
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Organisation, User
from pilotage.console.demo.filing import local_moment
from pilotage.console.demo.people import Offices, appoint_one, signer_of
from pilotage.core import clock
from pilotage.directory.models import Directory
from pilotage.finance.channels.selectors import channels
from pilotage.finance.matching import batches, introductions, notes, reminding, selectors, services
from pilotage.finance.matching.enums import BatchBasis
from pilotage.finance.matching.models import Introduction, Need, Offer, packed
from pilotage.plan.models import Plan
from pilotage.registry.models import Enterprise

END = date(2024, 12, 31)
WAN = 10_000
DIRECTORY = "5g-factory"
FIRMS = 8
LOAN_CONDITIONS = [
    {"metric": "revenue", "op": ">=", "value": 2000 * WAN},
    {"metric": "total_liabilities / total_assets", "op": "<=", "value": 7000},
]
COLUMNS = (
    ("position", "序号"),
    ("name", "客户名称"),
    ("uscc", "统一社会信用代码"),
    ("province", "所在省份"),
    ("city", "所在城市"),
    ("industry", "行业"),
    ("project", "项目名称"),
    ("ground", "入选依据"),
    ("ground_number", "名录编号"),
    ("blank", "客户经理"),
)


def build(people: Offices, plan: Plan) -> None:
    known = {channel.key for channel in channels(plan)}
    bank = User.objects.get(email="bank@demo.example")
    with clock.at(local_moment(2023, 6, 26)):
        firms = _firms()
    if not firms or not {"ip-pledge", "sci-tech-relending", "sci-tech-bond", "pe-vc"} <= known:
        return
    with clock.at(local_moment(2023, 6, 26)):
        fund = _fund()
        offers = _offers(bank, fund)
    Market(bank, fund, offers, firms).trade()
    _note(people, bank, firms[-1])
    _list(people, bank)


def _firms() -> list[tuple[Enterprise, User, User]]:
    """Enterprises with who files and who signs; the one that a visitor signs in for comes first."""
    bodies = Organisation.objects.filter(kind=OrganisationKind.ENTERPRISE, is_fictional=True).select_related("enterprise").order_by("pk")
    visitor = bodies.filter(memberships__user__email="filer@demo.example").first()
    chosen = [each for each in (visitor, *bodies.exclude(pk=visitor.pk if visitor else 0)[: FIRMS - 1]) if each is not None]
    return [(each.enterprise, *_people(each)) for each in chosen if each.enterprise and each.memberships.exists()]


def _people(body: Organisation) -> tuple[User, User]:
    members = list(body.memberships.select_related("user").order_by("pk"))
    filer = next((each.user for each in members if each.role == Role.FILER), members[0].user)
    return filer, signer_of(body.enterprise)


def _fund() -> User:
    body = accounts.create_organisation(
        actor=None,
        kind=OrganisationKind.FINANCE,
        name_zh="演示智造成长基金",
        name_en="Demo smart-manufacturing growth fund",
        is_fictional=True,
    )
    return appoint_one("fund@demo.example", "贝投", body, Role.FINANCE_LIAISON)


def _offers(bank: User, fund: User) -> dict[str, Offer]:
    days = {"valid_from": date(2023, 6, 1), "valid_until": END}
    pledge = {
        "kind": "product", "channel": "ip-pledge", "name_zh": "演示知融贷", "name_en": "Demo IP loan",
        "amount_from": 300 * WAN, "amount_to": 5000 * WAN, "months_from": 6, "months_to": 36, "rate_from": 345, "rate_to": 420,
        "purposes": ["working_capital", "equipment", "research", "transformation"], "collateral": ["patents", "trademarks"],
        "conditions": {"need": "all", "rows": LOAN_CONDITIONS},
        "note_zh": "以发明专利或注册商标质押，可按内部评估授信。演示数据，内容虚构。",
        "note_en": "Pledge of patents or trademarks; the bank's own valuation may do. Demo data, fictional.",
    }  # fmt: skip
    works = {
        "kind": "product", "channel": "sci-tech-relending", "name_zh": "演示技改贷", "name_en": "Demo transformation loan",
        "amount_from": 1000 * WAN, "amount_to": 20_000 * WAN, "months_from": 12, "months_to": 60, "rate_from": 285, "rate_to": 335,
        "purposes": ["equipment", "transformation"],
        "conditions": {"need": "any", "rows": [{"metric": "title_high_tech"}, {"metric": "title_srdi_sme"}, {"metric": "on_project_list"}]},
    }  # fmt: skip
    bonds = {
        "kind": "product", "channel": "sci-tech-bond", "name_zh": "演示科创票据承销", "name_en": "Demo underwriting of sci-tech notes",
        "amount_from": 10_000 * WAN, "months_from": 6, "months_to": 36,
    }  # fmt: skip
    thesis = {
        "kind": "thesis", "channel": "pe-vc", "name_zh": "工业互联网成长期投资", "name_en": "Growth investments in industrial internet",
        "amount_from": 1000 * WAN, "amount_to": 10_000 * WAN, "stages": ["early", "growth"], "industries": ["C", "I"],
    }  # fmt: skip
    made = {}
    for key, by, values in (("pledge", bank, pledge), ("works", bank, works), ("bonds", bank, bonds), ("thesis", fund, thesis)):
        body = by.active_memberships[0].organisation
        offer = services.make_offer(actor=by, organisation=body, values={**values, **days})
        made[key] = services.move_offer(actor=by, offer=offer, verb="open")
    body = bank.active_memberships[0].organisation
    services.make_offer(
        actor=bank,
        organisation=body,
        values={**pledge, **days, "name_zh": "演示知融贷（小额）", "name_en": "Demo IP loan, small", "amount_to": 500 * WAN},
    )
    return made


class Market:
    """Needs and introductions, each firm in turn; with few firms some of them have several."""

    def __init__(self, bank: User, fund: User, offers: dict[str, Offer], firms: list[tuple[Enterprise, User, User]]) -> None:
        self.bank, self.fund, self.offers, self.firms = bank, fund, offers, firms

    def trade(self) -> None:
        self._introduced(7, "works", 3000, (6, 28))
        self._closed(3, "thesis", 3000, (8, 30), 2600, None)
        self._closed(1, "pledge", 800, (9, 5), 800, 395)
        self._closed(2, "works", 4600, (9, 18), 4500, 310)
        self._closed(5, "works", 2200, (7, 12), 2000, 315)
        self._closed(6, "works", 6800, (8, 21), 6800, 300)
        self._closed(0, "thesis", 5200, (7, 6), 5000, None)
        self._closed(6, "thesis", 1800, (9, 26), 1500, None)
        self._declined(4, "pledge", 1500, (10, 12))
        self._stopping(5, "thesis", 5000, (10, 20), ("sign_nda", "begin_diligence", "agree_terms"))
        self._stopping(6, "thesis", 2000, (11, 8), ("sign_nda",))
        self._stopping(0, "pledge", 2000, (11, 15), ("begin_diligence",))
        self._introduced(4, "works", 2600, (12, 4))
        self._asked(0, "works", 3500, (12, 18))
        self._asked(5, "pledge", 1200, (12, 20))
        self._open(1, "works", 5200, (12, 22))
        self._open(3, "pledge", 900, (12, 26))
        with clock.at(local_moment(2024, 1, 4)):
            self._state(0, self._values("thesis", 4000))
        with clock.at(local_moment(2024, 1, 5)):
            # the first one has not moved since June, and lapses
            reminding.remind_by_rule()

    def _values(self, offer: str, wan: int) -> dict[str, Any]:
        equity = offer == "thesis"
        return {
            "channel": self.offers[offer].channel,
            "amount": wan * WAN,
            "months": None if equity else 24,
            "purpose": "expansion" if equity else "transformation" if offer == "works" else "equipment",
            "purpose_text": "产线数字化改造和检测设备更新（演示）。",
            "collateral": [] if equity else ["patents"],
            "stage": "growth" if equity else "",
            "valid_until": date(2024, 6, 30),
        }

    def _suited(self, wanted: int, offer: str, values: dict[str, Any]) -> int | None:
        """The firm in turn, or the next one that the offer fits."""
        fields = {name: values[name] for name in ("channel", "amount", "months", "purpose", "stage")}
        for shift in range(len(self.firms)):
            number = (wanted + shift) % len(self.firms)
            need = Need(enterprise=self.firms[number][0], collateral=packed(values["collateral"]), **fields)
            if selectors.one_pair(need, self.offers[offer]).match.fits:
                return number
        return None

    def _state(self, firm: int, values: dict[str, Any]) -> Need:
        enterprise, filer, _signer = self.firms[firm]
        return services.state_need(actor=filer, enterprise=enterprise, values=values)

    def _open(self, wanted: int, offer: str, wan: int, day: tuple[int, int]) -> tuple[Need, int] | None:
        values = self._values(offer, wan)
        firm = self._suited(wanted, offer, values)
        if firm is None:
            return None
        with clock.at(local_moment(2023, *day)):
            need = self._state(firm, values)
            return services.move_need(actor=self.firms[firm][1], need=need, verb="open"), firm

    def _liaison(self, offer: str) -> User:
        return self.fund if offer == "thesis" else self.bank

    def _asked(self, wanted: int, offer: str, wan: int, day: tuple[int, int]) -> tuple[Introduction, int] | None:
        opened = self._open(wanted, offer, wan, day)
        if opened is None:
            return None
        with clock.at(local_moment(2023, *day, 15)):
            return introductions.ask(actor=self._liaison(offer), need=opened[0], offer=self.offers[offer]), opened[1]

    def _introduced(self, wanted: int, offer: str, wan: int, day: tuple[int, int]) -> Introduction | None:
        asked = self._asked(wanted, offer, wan, day)
        if asked is None:
            return None
        with clock.at(local_moment(2023, *day, 17)):
            return introductions.agree(actor=self.firms[asked[1]][2], introduction=asked[0])

    def _stopping(self, wanted: int, offer: str, wan: int, day: tuple[int, int], steps: tuple[str, ...]) -> Introduction | None:
        row = self._introduced(wanted, offer, wan, day)
        for weeks, verb in enumerate(steps, 1):
            if row is not None:
                with clock.at(local_moment(2023, day[0] + 1, 3 + 7 * weeks)):
                    introductions.step(actor=self._liaison(offer), introduction=row, verb=verb)
        return row

    def _closed(self, wanted: int, offer: str, wan: int, day: tuple[int, int], contract: int, rate: int | None) -> None:
        steps = ("sign_nda", "begin_diligence", "agree_terms") if offer == "thesis" else ("begin_diligence", "agree_terms")
        row = self._stopping(wanted, offer, wan, day, steps)
        if row is None:
            return
        signed, months = date(2023, day[0] + 2, 20), 24 if rate else None
        with clock.at(local_moment(2023, signed.month, signed.day, 16)):
            by = self._liaison(offer)
            introductions.close(actor=by, introduction=row, amount=contract * WAN, closed_on=signed, months=months, rate=rate)

    def _declined(self, wanted: int, offer: str, wan: int, day: tuple[int, int]) -> None:
        row = self._stopping(wanted, offer, wan, day, ("begin_diligence",))
        if row is not None:
            with clock.at(local_moment(2023, day[0] + 1, 24)):
                introductions.decline(actor=self._liaison(offer), introduction=row, reason="拟质押专利已在他行质押，待注销后再议。")


def _note(people: Offices, bank: User, firm: tuple[Enterprise, User, User]) -> None:
    """By use of proceeds: sixty percent goes to sci-tech, so the titles of the issuer do not matter."""
    enterprise, _filer, _signer = firm
    office, body = people.secretariat[0], bank.active_memberships[0].organisation
    values = {
        "name_zh": "演示制造2023年度第一期中期票据（科创票据）",
        "name_en": "Demo manufacturing, first sci-tech note of 2023",
        "amount": 30_000 * WAN,
        "proceeds_to_tech": 18_000 * WAN,
        "months": 36,
        "use_text": "六成用于工业互联网平台研发和5G工厂建设，其余补充流动资金（演示）。",
    }
    with clock.at(local_moment(2023, 11, 27)):
        note = notes.plan_note(actor=office, issuer=enterprise, underwriter=body, values=values)
    with clock.at(local_moment(2023, 12, 4)):
        notes.tag(actor=office, note=note, on=date(2023, 12, 4))
    with clock.at(local_moment(2023, 12, 19)):
        notes.issue(actor=office, note=note, amount=30_000 * WAN, on=date(2023, 12, 19), rate=298)
    with clock.at(local_moment(2024, 1, 3)):
        notes.plan_note(
            actor=office,
            issuer=enterprise,
            underwriter=body,
            values={**values, "name_zh": "演示制造2024年度第一期中期票据", "name_en": "", "proceeds_to_tech": None},
        )


def _list(people: Offices, bank: User) -> None:
    """The projects of the directory, as they stood at the end of the year."""
    if not Directory.objects.filter(slug=DIRECTORY).exists():
        return
    first, second = people.secretariat[:2]
    body = bank.active_memberships[0].organisation
    with clock.at(local_moment(2023, 12, 28)):
        batches.set_columns(actor=bank, organisation=body, columns=[{"field": field, "title": title} for field, title in COLUMNS])
    told = {"organisation": body, "basis": BatchBasis.PROJECTS, "source": DIRECTORY, "as_of": date(2023, 12, 31)}
    with clock.at(local_moment(2024, 1, 2)):
        batch = batches.compose(
            actor=first,
            title_zh="2023年度5G工厂技术改造再贷款项目名单（演示）",
            title_en="5G-factory projects for re-lending, 2023 (demo)",
            **told,
        )
        if not batch.lines.exists():
            return
        batches.propose(actor=first, batch=batch, reason="名录已发布，核对无误。")
    with clock.at(local_moment(2024, 1, 3)):
        batches.confirm(actor=second, batch=batch)
    with clock.at(local_moment(2024, 1, 5)):
        batches.compose(actor=first, title_zh="江苏省5G工厂项目名单（演示，待签发）", title_en="", **told, region="320000")
