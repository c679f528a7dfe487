"""The fictional year from the loaded plan to the published directory, stopped at the stage asked for.

Every step goes through the services of its room, by the person whose office it is, at the fictional
time it would have happened; so the audit chain of the demonstration is a real one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.console.demo import case_sets, cases, certificates, filing, finance, main_call, people, reevaluation, shape, side_calls
from pilotage.console.demo.filing import Filed, local_moment
from pilotage.console.demo.guidelines import Guidelines
from pilotage.console.demo.steering import Steering
from pilotage.core import clock
from pilotage.directory import services as directory
from pilotage.plan import services as plans
from pilotage.publications import services as publications
from pilotage.registry import services as registry
from pilotage.registry.models import Division

CALL = "5g-factory-directory-2023"


class Stage(StrEnum):
    APPLY = "apply"
    RECOMMEND = "recommend"
    REVIEW = "review"
    NOTICE = "notice"
    LISTED = "listed"
    YEAR_END = "year_end"


# What the clock shows when the visitor arrives.
NOW = {
    Stage.APPLY: local_moment(2023, 8, 24),
    Stage.RECOMMEND: local_moment(2023, 9, 14),
    Stage.REVIEW: local_moment(2023, 10, 20),
    Stage.NOTICE: local_moment(2023, 11, 14),
    Stage.LISTED: local_moment(2023, 11, 30),
    Stage.YEAR_END: local_moment(2024, 1, 8),
}
# the window of the call file's first stage
FILING = (local_moment(2023, 8, 1, 9), local_moment(2023, 8, 31, 17))


def build(stage: Stage, report: Callable[[str], None]) -> datetime:
    """Fill an empty database with the year up to ``stage``; returns the fictional now.

    The smaller calls and what the ministry steers by are built for the whole year only.
    """
    now = NOW[stage]
    with clock.at(local_moment(2023, 6, 21)):
        _foundation(report)
    call = Call.objects.get(slug=CALL)
    contested = stage is Stage.REVIEW
    with clock.at(local_moment(2023, 6, 22)), transaction.atomic():
        offices = people.appoint(filing.places(), list(Division.objects.filter(pk__in=shape.PLANNED_CITIES)))
        main_call.set_quotas(call, offices, list(shape.plots(contested=contested)))
    report("offices appointed, quotas set")
    side = Side(offices, report) if stage is Stage.YEAR_END else None
    if side:
        side.until_august()
    filed = filing.file_applications(call, offices, now, report, FILING, contested=contested)
    if side:
        side.in_september()
    return _carry_on(stage, call, filed, offices, report, side)


def _carry_on(
    stage: Stage, call: Call, filed: list[Filed], offices: people.Offices, report: Callable[[str], None], side: Side | None
) -> datetime:
    now, contested = NOW[stage], stage is Stage.REVIEW
    main_call.check(filed, offices, now, done=stage is not Stage.APPLY)
    report("cities have checked")
    if stage is Stage.APPLY:
        return now
    main_call.recommend(call, filed, offices, unfinished=stage is Stage.RECOMMEND)
    report("provinces have recommended")
    if stage is Stage.RECOMMEND:
        return now
    main_call.accept(filed, offices)
    if side:
        side.in_october()
    main_call.review_all(call, filed, offices, report, contested=contested)
    if stage is Stage.REVIEW:
        return now
    if side:
        side.in_november()
    main_call.select_and_announce(call, offices)
    report("selection confirmed, public notice open")
    if stage is Stage.NOTICE:
        return now
    main_call.publish(call, offices)
    report("directory published")
    if side:
        side.in_december()
        _write_down(call, offices, report)
    return now


def _write_down(call: Call, offices: people.Offices, report: Callable[[str], None]) -> None:
    """What the year leaves behind: cases and a set of them, a guideline, the first re-evaluation, the directory as a book."""
    told = cases.write_cases(offices, report)
    case_sets.issue_set(call.plan, offices, told, report)
    Guidelines(*offices.secretariat, report).at_year_end()
    reevaluation.re_evaluate(call, offices)
    certificates.compile_books()
    report("directory compiled as a book, first re-evaluation drawn")
    finance.build(offices, call.plan, report)


class Side:
    """The smaller calls and the steering of the plan, moved on between the steps of the large call."""

    def __init__(self, offices: people.Offices, report: Callable[[str], None]) -> None:
        self.offices, self.report = offices, report
        with clock.at(local_moment(2023, 6, 22)), transaction.atomic():
            people.hire_panel(offices)
            self.bases, self.cases = side_calls.bases(offices), side_calls.cases(offices)
        self.steering = Steering(offices, report)

    def until_august(self) -> None:
        self.bases.file_until(local_moment(2023, 7, 1))
        self.cases.file_until(local_moment(2023, 7, 1))
        self.steering.at_month_end(6)
        self.steering.at_mid_year()
        self.cases.file_until(local_moment(2023, 7, 22))
        self.bases.check()
        self.bases.recommend()
        self.cases.check()
        self.report("demonstration bases and platform cases filed and checked")
        self.steering.at_month_end(7)

    def in_september(self) -> None:
        self.cases.recommend()
        self.bases.review()
        self.steering.at_month_end(8)

    def in_october(self) -> None:
        self.cases.review()
        self.steering.at_month_end(9)
        self.steering.in_autumn()
        self.cases.select()
        self.bases.select()
        self.report("demonstration bases and platform cases selected")

    def in_november(self) -> None:
        self.steering.at_month_end(10)

    def in_december(self) -> None:
        self.bases.announce()
        self.cases.announce()
        with clock.at(local_moment(2023, 11, 30)), transaction.atomic():
            chosen = side_calls.benchmarks(self.offices)
        self.steering.at_month_end(11)
        chosen.file_until(local_moment(2023, 12, 9))
        for step in (chosen.check, chosen.recommend, self.cases.publish, chosen.review, self.bases.publish, chosen.select, chosen.announce):
            step()
        self.steering.deliver()
        chosen.publish()
        self.steering.at_month_end(12)
        self.steering.at_year_end()
        self.report("bases, platform cases and benchmarks published")


def _foundation(report: Callable[[str], None]) -> None:
    registry.load_reference_data()
    plans.load_folder(settings.PLAN_DIR, actor=None)
    directory.record_history(actor=None)
    publications.load_history(actor=None)
    report("plan loaded, published history recorded")


def outcome() -> dict[str, int]:
    """How many applications stand in each state, for the report at the end."""
    counts = {state: Application.objects.filter(state=state).count() for state in ApplicationState.values}
    return {state: number for state, number in counts.items() if number}
