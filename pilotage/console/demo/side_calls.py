"""The plan's smaller calls of the fictional year: demonstration bases, platform cases, benchmarks. Each from filing to publication."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.calls import services as calls
from pilotage.calls.enums import CheckResult, CosignDecision, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import needs_cosign
from pilotage.calls.selectors import form_of
from pilotage.console.demo import fiction, filing, filler, main_call, people, shape
from pilotage.core import clock, codes
from pilotage.directory import services as directory
from pilotage.directory.models import Entry
from pilotage.registry import services as registry
from pilotage.registry.models import Division, Enterprise
from pilotage.review.enums import HearingResult
from pilotage.review.options import review_options
from pilotage.review.panel.gates import hearing_stages
from pilotage.review.panel.hearings import record_hearings
from pilotage.review.runs import running as runs
from pilotage.review.selection import selections

BASES, CASES, BENCHMARKS = "demonstration-base-2023", "platform-cases-2023", "5g-factory-benchmark-2023"
PARKS = {
    "320500": "演示苏河工业互联网产业园",
    "420100": "演示江原智能制造园区",
    "330100": "演示浙舟数字产业园区",
    "510100": "演示蜀原工业互联网园区",
}
CASE_SHARE = 0.42  # platform cases for each listed 5G factory of a province
CANDIDATE_STEP = 7  # every so many-th listed factory applies to be a benchmark
HOUR = timedelta(hours=1)
OPINION = "材料齐全，情况属实，同意推荐。"
DECLINE = "应用尚未成规模，建议下一批次再报。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who is going to file what. ``ends`` is where it drops out: "check", "recommend", or "" where it goes all the way."""

    subject: Enterprise
    filer: User
    place: str
    industry: str
    strength: float
    ends: str
    wanted: dict[str, Any]
    at: datetime


@dataclass
class SideCall:
    call: Call
    offices: people.Offices
    waiting: list[Candidate]
    filed: list[tuple[Candidate, Application]] = field(default_factory=list)

    def file_until(self, moment: datetime) -> None:
        due = [each for each in self.waiting if each.at < moment]
        self.waiting = [each for each in self.waiting if each.at >= moment]
        for start in range(0, len(due), filing.BATCH):
            with transaction.atomic():
                self.filed += [(each, _file(self.call, each)) for each in due[start : start + filing.BATCH]]

    def check(self) -> None:
        with clock.at(_late_in(self.call, StageKind.CHECK)), transaction.atomic():
            for officer, group in self._by(main_call.officer_of).items():
                for candidate, application in group:
                    main_call.ask_about_figures(officer, application)
                    _pass_or_decline(officer, application, declined=candidate.ends == "check")

    def recommend(self) -> None:
        self.filed = [pair for pair in self.filed if pair[0].ends != "check"]
        with clock.at(_late_in(self.call, StageKind.RECOMMEND)), transaction.atomic():
            for head, group in self._by(main_call.head_of).items():
                self._recommend_one(head, group)
        self.filed = [pair for pair in self.filed if not pair[0].ends]
        with clock.at(_late_in(self.call, StageKind.ACCEPT)), transaction.atomic():
            calls.accept_many(actor=self.offices.secretariat[0], applications=self._fresh())

    def _recommend_one(self, head: User, group: list[tuple[Candidate, Application]]) -> None:
        for candidate, application in group:
            if candidate.ends == "recommend":
                calls.decline(actor=head, application=_again(application), reason=DECLINE)
        chosen = [_again(application) for candidate, application in group if not candidate.ends]
        if not chosen:
            return
        calls.shortlist_many(actor=head, applications=chosen)
        recommender = _again(chosen[0]).recommender
        if recommender and needs_cosign(self.call, recommender):
            signing = [_again(each) for each in chosen]
            office = self.offices.communications[chosen[0].province_id or ""]
            calls.cosign_many(actor=office, applications=signing, decision=CosignDecision.SIGNED, opinion=OPINION)
        calls.send_list(actor=head, call=self.call, recommender=recommender, opinion=OPINION)

    def review(self) -> None:
        with clock.at(_opening(self.call, StageKind.REVIEW) + HOUR):
            asked = runs.default_parameters(self.call)
            runs.assign_now(
                actor=self.offices.secretariat[0], call=self.call, parameters=asked, seed=f"{shape.SEED} seats of {self.call.slug}"
            )
        strength = {application.pk: candidate.strength for candidate, application in self.filed}
        criteria = self.call.current.content["rubrics"][review_options(self.call).rubric]["criteria"]
        with clock.at(_late_in(self.call, StageKind.REVIEW)), transaction.atomic():
            for seat in main_call.seats_of(self.call):
                main_call.score(seat, criteria, strength[seat.application_id])
        for hearing in hearing_stages(self.call):
            with clock.at(_late_in(self.call, hearing.kind)):
                given = {"result": HearingResult.PASSED, "held_on": clock.today(), "note": "现场情况与申报一致。"}
                record_hearings(actor=self.offices.secretariat[0], call=self.call, stage=hearing, applications=self._fresh(), **given)

    def select(self) -> None:
        first, second = self.offices.secretariat
        with clock.at(_late_in(self.call, StageKind.SELECT)):
            selection = selections.build_selection(actor=first, call=self.call)
            selections.propose_selection(actor=first, selection=selection)
            selections.confirm_selection(actor=second, selection=selection)

    def announce(self) -> None:
        first, second = self.offices.secretariat
        opens, closes = _opening(self.call, StageKind.NOTICE), _close(self.call, StageKind.NOTICE)
        with clock.at(opens - HOUR):
            notice = directory.prepare_notice(actor=first, call=self.call, opens_at=opens, closes_at=closes)
        with clock.at(opens):
            directory.open_notice(actor=first, notice=notice)
        with clock.at(closes + HOUR):
            directory.propose_close_notice(actor=first, notice=notice)
            directory.confirm_close_notice(actor=second, notice=notice)

    def publish(self) -> None:
        first, second = self.offices.secretariat
        with clock.at(_opening(self.call, StageKind.PUBLISH) + HOUR):
            edition = directory.prepare_edition(actor=first, call=self.call)
            directory.propose_publish(actor=first, edition=edition)
            directory.confirm_publish(actor=second, edition=edition)

    def _by(self, office: Callable[[people.Offices, Application], User]) -> dict[User, list[tuple[Candidate, Application]]]:
        desks: dict[User, list[tuple[Candidate, Application]]] = defaultdict(list)
        for candidate, application in self.filed:
            desks[office(self.offices, application)].append((candidate, _again(application)))
        return dict(sorted(desks.items(), key=lambda item: item[0].pk))

    def _fresh(self) -> list[Application]:
        return [_again(application) for _candidate, application in self.filed]


def bases(offices: people.Offices) -> SideCall:
    call = Call.objects.get(slug=BASES)
    found = []
    for index, (place, name) in enumerate(PARKS.items()):
        if place not in offices.cities:
            continue
        park = _enterprise(name, place, 9000 + index, kind="park")
        wanted = {
            "project_title": name,
            "output_internet": str(20_000 + index * 3000),
            "firms_total": 400 + index * 35,
            "firms_applying": 120 + index * 41,
        }
        found.append(
            Candidate(
                park, people.file_for(park, "陈园"), place, "", 9.0 - index * 0.7, "", wanted, filing.local_moment(2023, 6, 23 + index * 2)
            )
        )
    return SideCall(call, offices, found)


def cases(offices: people.Offices) -> SideCall:
    """Some hundred and thirty platform cases, spread over the provinces as the 5G factories are."""
    call, places, taken = Call.objects.get(slug=CASES), filing.places(), set[str]()
    plots = [(province, index) for province, listed in shape.LISTED.items() for index in range(max(1, round(listed * CASE_SHARE)))]
    found = [_case(call, places[province], place, taken, index) for place, (province, index) in enumerate(plots)]
    return SideCall(call, offices, sorted(found, key=lambda each: each.at))


def _case(call: Call, local: Sequence[Division], place: int, taken: set[str], index: int) -> Candidate:
    rng = random.Random(f"{shape.SEED}case{place}")
    city, industry = local[index % len(local)], rng.choice(list(fiction.TRADES))
    made = fiction.firm(rng, filing.city_name(city), taken, industry)
    enterprise = _enterprise(
        made.name, city.pk, 9100 + place, industry_id=industry, ownership=made.ownership, size=made.size, short_zh=made.short
    )
    wanted = {
        "project_title": f"基于平台的{fiction.TRADES[industry][0]}{rng.choice(fiction.LINKS)}",
        "building_state": "built",
        "type": rng.choice([each["code"] for each in call.current.content["codes"]["platform_models"]]),
        "devices_connected": rng.randrange(40, 3000), "models_used": rng.randrange(2, 60), "apps_used": rng.randrange(1, 40),
        "yearly_benefit": str(rng.randrange(8_000, 90_000)), "effect_efficiency": _before_after(rng, 1.18), "effect_cost": _before_after(rng, 0.88),
    }  # fmt: skip
    ends = "check" if place % 17 == 5 else "recommend" if place % 13 == 7 else ""
    opens, closes = filing.local_moment(2023, 6, 26), filing.local_moment(2023, 7, 21, 16)
    at = opens + (closes - opens) * (1 - rng.random() ** 1.7 * 0.9)
    return Candidate(
        enterprise, people.file_for(enterprise, made.contact), filing.site_of(city.pk), industry, rng.uniform(5.5, 9.3), ends, wanted, at
    )


def benchmarks(offices: people.Offices) -> SideCall:
    """Some of the listed factories apply again, with what goes beyond their entry."""
    call = Call.objects.get(slug=BENCHMARKS)
    entries = Entry.objects.filter(edition__call__slug="5g-factory-directory-2023", state="listed").select_related("enterprise", "province")
    found = [_benchmark(entry, place) for place, entry in enumerate(entries.order_by("number")[::CANDIDATE_STEP])]
    return SideCall(call, offices, sorted(found, key=lambda each: each.at))


def _benchmark(entry: Entry, place: int) -> Candidate:
    rng = random.Random(f"{shape.SEED}benchmark{place}")
    filer = User.objects.filter(memberships__organisation__enterprise=entry.enterprise_id, memberships__role=Role.FILER).order_by("pk")[0]
    wanted = {
        "entry_number": entry.number, "project_title": entry.project_title, "level": entry.level,
        "scenarios": dict.fromkeys(sorted(rng.sample(fiction.SCENARIOS, 4)), "与生产计划联动，覆盖全部班次。"),
        "devices_total": rng.randrange(900, 4000), "devices_connected": rng.randrange(200, 900),
        "effect_efficiency": _before_after(rng, 1.24), "effect_cost": _before_after(rng, 0.85), "effect_carbon": _before_after(rng, 0.87),
    }  # fmt: skip
    at = filing.local_moment(2023, 12, 1) + timedelta(hours=rng.randrange(1, 160))
    site = Application.objects.get(pk=entry.application_id).data["site_division"]
    return Candidate(
        Enterprise.objects.get(pk=entry.enterprise_id), filer, site, str(entry.industry_id), rng.uniform(6.4, 9.4), "", wanted, at
    )


def _file(call: Call, who: Candidate) -> Application:
    with clock.at(who.at):
        application = calls.start_application(actor=who.filer, call=call, enterprise=who.subject)
        form = form_of(application.version)
        values = filler.answers(form, who.place, who.industry, **who.wanted)
        calls.save_draft(actor=who.filer, application=application, values=values, base_version=application.draft_version)
        for key in filler.required_files(form, values):
            calls.add_attachment(
                actor=who.filer, application=application, field=key, upload=filing.demo_paper(application, f"{who.subject.name_zh}{key}")
            )
        calls.submit(actor=who.filer, application=_again(application))
    return application


def _pass_or_decline(officer: User, application: Application, *, declined: bool) -> None:
    if declined:
        calls.decline(actor=officer, application=application, reason=DECLINE)
    else:
        stage = application.call.stage(StageKind.CHECK)
        ticks = [point["key"] for point in stage.checklist] if stage else []
        calls.check(actor=officer, application=application, result=CheckResult.PASS, opinion=OPINION, ticks=ticks)


def _again(application: Application) -> Application:
    return Application.objects.select_related("call", "enterprise", "recommender", "version").get(pk=application.pk)


def _late_in(call: Call, kind: str) -> datetime:
    return _close(call, kind) - 2 * HOUR


def _close(call: Call, kind: str) -> datetime:
    return [stage.closes_at for stage in call.stage_by_key.values() if stage.kind == kind and stage.closes_at][-1]


def _opening(call: Call, kind: str) -> datetime:
    return next(stage.opens_at for stage in call.stage_by_key.values() if stage.kind == kind and stage.opens_at)


def _enterprise(name: str, place: str, number: int, **facts: Any) -> Enterprise:
    return registry.create_enterprise(
        actor=None, name_zh=name, uscc=codes.fictional_uscc(place, number), division=place, address=f"演示路{number}号",
        is_fictional=True, source="演示数据", **facts,
    )  # fmt: skip


def _before_after(rng: random.Random, factor: float) -> dict[str, str]:
    before = rng.uniform(20, 90)
    return {"before": f"{before:.1f}", "after": f"{before * (1 + (factor - 1) * rng.uniform(0.5, 1.5)):.1f}"}
