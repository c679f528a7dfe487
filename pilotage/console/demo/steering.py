"""What the ministry steers by in the fictional year: units' reports, provinces' returns, what was forecast at each month's end, papers, dashboards.

The units are those of the plan and real; their officers, texts and figures are made up and say so.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.console.demo import people, shape
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.plan import readings
from pilotage.plan.models import Measure, Milestone, Plan, ProgressReport
from pilotage.plan.work import services as work_services
from pilotage.reports.dashboards import services as dashboards
from pilotage.reports.models import WorkReport, WorkTemplate
from pilotage.reports.papers import services as papers
from pilotage.statistics import services as statistics
from pilotage.statistics.models import DataSet

# measure -> what is to be done by when, and when it was (None: not by the end of the year). Fictional.
MILESTONES: dict[str, tuple[tuple[str, str, date, date | None], ...]] = {
    "M02": (("建设情况摸底（演示）", "Survey of what is being built (demo)", date(2023, 8, 31), date(2023, 8, 31)),),
    "M03": (
        ("征集通知印发（演示）", "Call issued (demo)", date(2023, 8, 1), date(2023, 8, 1)),
        ("专家评审完成（演示）", "Expert review finished (demo)", date(2023, 10, 31), date(2023, 10, 27)),
    ),
    "M04": (("标杆遴选启动（演示）", "Choice of benchmarks begun (demo)", date(2023, 11, 15), date(2023, 11, 30)),),
    "M05": (
        ("公示结束（演示）", "Public notice over (demo)", date(2023, 11, 20), date(2023, 11, 20)),
        ("名录发布（演示）", "Directory published (demo)", date(2023, 11, 30), date(2023, 11, 29)),
    ),
    "M06": (("案例集征求意见（演示）", "Case set sent round for comments (demo)", date(2023, 10, 31), date(2023, 11, 24)),),
    "M09": (("先导区管理规则印发（演示）", "Rules for pilot areas issued (demo)", date(2023, 11, 30), None),),
    "M12": (("应用案例公布（演示）", "Cases published (demo)", date(2023, 12, 15), date(2023, 12, 15)),),
}
# what each quarter's report states, in percent, by measure
PROGRESS = {
    "M02": (10, 25, 70, 85), "M03": (5, 20, 60, 100), "M04": (0, 5, 20, 100), "M05": (5, 20, 60, 100), "M06": (0, 10, 40, 95),
    "M09": (5, 15, 30, 45), "M11": (0, 0, 5, 10), "M12": (10, 40, 80, 100), "M13": (10, 30, 55, 70),
}  # fmt: skip
LATE = {("M09", 4), ("M13", 3)}  # not handed in
RETURNED = ("M13", 2)
UNITS = {"miit-ica": "unit@demo.example", "miit-itd": "unit-itd@demo.example", "miit-safety": "unit-safety@demo.example"}
NAMES = {"miit-ica": "沈砺行", "miit-itd": "方知远", "miit-safety": "卢一鸣"}
DATA_SET = "provincial-projects"
DONE = "按计划推进，本季度完成{share}%，完成调研、座谈和材料汇总。（演示文字，内容虚构）"
PROBLEMS = "部分省份材料报送较晚，口径需要进一步统一。（演示）"
NEXT = "继续督促进度，组织专家现场指导。（演示）"


class Steering:
    def __init__(self, offices: people.Offices, report: Callable[[str], None]) -> None:
        self.offices, self.report = offices, report
        self.plan = Plan.objects.get(slug="industrial-internet-2023")
        self.officers: dict[str, User] = {}
        with clock.at(local_moment(2023, 6, 22, 11)), transaction.atomic():
            self._set_up_units()
            self._lay_down_milestones()

    def at_month_end(self, month: int) -> None:
        """What provinces reported and units did by then, and what was said of each target on its last day."""
        last = _last_day(month)
        done_at = local_moment(last.year, last.month, last.day, 20)
        with clock.at(done_at), transaction.atomic():
            self._finish_milestones(last)
        for earlier in range(1, month) if month == 6 else (month - 1,):
            self._return_figures(earlier, done_at)
        if month == 6:
            self._report_quarter(1, local_moment(2023, 6, 28))
        with clock.at(done_at + timedelta(hours=3)):
            readings.take(self.plan, last)
        self.report(f"figures and readings of {last:%Y-%m}")

    def at_mid_year(self) -> None:
        self._report_quarter(2, local_moment(2023, 7, 11))
        self._write("quarterly", "2023Q2", local_moment(2023, 7, 14))

    def in_autumn(self) -> None:
        self._report_quarter(3, local_moment(2023, 10, 12))

    def deliver(self) -> None:
        """The case set is handed over; the guideline follows where it is issued, the plan of the upgraded project is still being written."""
        measure = self._measure("M06")
        values = {"title_zh": "5G工厂典型案例集（演示稿）", "title_en": "Typical cases of 5G factories (demo)", "number": "演示〔2023〕1号"}
        with clock.at(local_moment(2023, 12, 20)), transaction.atomic():
            paper = work_services.propose_deliverable(
                actor=self._officer(measure),
                measure=measure,
                target_code="M06-1",
                values=values | {"delivered_on": "2023-12-20"},
                is_fictional=True,
            )
            work_services.decide_deliverable(actor=self.offices.secretariat[0], deliverable=paper, verb="accept", reason="已核对。（演示）")

    def at_year_end(self) -> None:
        self._return_figures(12, local_moment(2024, 1, 5))
        self._report_quarter(4, local_moment(2024, 1, 4))
        first = self.offices.secretariat[0]
        with clock.at(local_moment(2024, 1, 5, 15)):
            measure = self._measure("M09")
            reason = "管理规则已定稿待发，风险可控，先按关注处理。（演示）"
            work_services.override_light(actor=first, measure=measure, light="amber", reason=reason)
        self._write("yearly", "2023", local_moment(2024, 1, 6))
        with clock.at(local_moment(2024, 1, 7)):
            dashboards.create(actor=first, plan=self.plan, title="部级总览（演示）", start_from="ministry")
            dashboards.create(actor=self.offices.provinces["320000"], plan=self.plan, title="江苏（演示）", start_from="province")
        self.report("units have reported, papers signed, dashboards laid out")

    # --- units ------------------------------------------------------------------------------
    def _set_up_units(self) -> None:
        for unit in self.plan.units.filter(code__in=UNITS).order_by("code"):
            body = work_services.set_up_unit(actor=self.offices.secretariat[0], unit=unit)
            self.officers[unit.code] = people.appoint_one(UNITS[unit.code], NAMES[unit.code], body, Role.UNIT_OFFICER)

    def _lay_down_milestones(self) -> None:
        for code, rows in MILESTONES.items():
            measure = self._measure(code)
            for zh, en, due, _done in rows:
                values = {"title_zh": zh, "title_en": en, "due_on": due.isoformat(), "weight": "1"}
                work_services.add_milestone(actor=self._officer(measure), measure=measure, values=values)

    def _finish_milestones(self, last: date) -> None:
        for code, rows in MILESTONES.items():
            for zh, _en, _due, done in rows:
                if done and done.replace(day=1) == last.replace(day=1):
                    milestone = Milestone.objects.get(plan=self.plan, measure_code=code, title_zh=zh)
                    work_services.complete_milestone(
                        actor=self._officer(self._measure(code)), milestone=milestone, done_on=done.isoformat()
                    )

    def _report_quarter(self, quarter: int, at: datetime) -> None:
        for code, stated in PROGRESS.items():
            if (code, quarter) not in LATE:
                with clock.at(at), transaction.atomic():
                    self._report_one(self._measure(code), quarter, stated[quarter - 1])

    def _report_one(self, measure: Measure, quarter: int, share: int) -> None:
        officer, reader = self._officer(measure), self.offices.secretariat[0]
        values = {"done": DONE.format(share=share), "problems": PROBLEMS if share < 60 else "", "next_steps": NEXT, "progress": str(share)}
        unit = measure.lead_units.get().code
        found = work_services.save_report(
            actor=officer, plan=self.plan, measure=measure, unit_code=unit, period=f"2023Q{quarter}", values=values, base_version=0
        )
        work_services.submit_report(actor=officer, report=found)
        report = ProgressReport.objects.get(pk=found.pk)
        if (measure.code, quarter) == RETURNED:
            work_services.return_report(actor=reader, report=report, reason="请补充试点企业名单和完成数量。（演示）")
        elif quarter < 4:
            work_services.accept_report(actor=reader, report=report)

    # --- returns ----------------------------------------------------------------------------
    def _return_figures(self, month: int, at: datetime) -> None:
        """Every province with an office hands in; two have none, so theirs are missing."""
        data_set = DataSet.objects.get(plan=self.plan, slug=DATA_SET)
        made = []
        with clock.at(at), transaction.atomic():
            for province in {**shape.LISTED, **shape.UNLISTED}:
                officer = self.offices.provinces[province]
                saved = statistics.save_figures(
                    actor=officer, data_set=data_set, reporter=province, period=f"2023-{month:02d}", figures=_figures(province, month)
                )
                if saved.flags:
                    answers = {flag.pk: "本月新投用项目集中，已核对台账。（演示）" for flag in saved.flags}
                    statistics.answer_flags(actor=officer, report=saved.report, answers=answers)
                made.append(statistics.hand_in(actor=officer, report=saved.report))
            statistics.approve_many(actor=self.offices.secretariat[0], reports=made)

    # --- papers -----------------------------------------------------------------------------
    def _write(self, template: str, period: str, at: datetime) -> WorkReport:
        first, second = self.offices.secretariat
        with clock.at(at):
            found = WorkTemplate.objects.get(plan=self.plan, code=template)
            paper = papers.draft_report(actor=first, template=found, period=period)
            papers.submit_report(actor=first, report=paper)
            papers.propose_signing(actor=first, report=paper)
            return papers.confirm_signing(actor=second, report=paper)

    def _measure(self, code: str) -> Measure:
        return Measure.objects.select_related("area__plan").get(area__plan=self.plan, code=code)

    def _officer(self, measure: Measure) -> User:
        return self.officers[measure.lead_units.get().code]


def _last_day(month: int) -> date:
    return date(2023 + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _figures(province: str, month: int) -> dict[str, str]:
    """Growing from month to month, in proportion to what the province lists. Fictional."""
    base = random.Random(f"{shape.SEED}return{province}").uniform(0.8, 1.25) * (shape.LISTED.get(province, 0) + 3)
    rng = random.Random(f"{shape.SEED}return{province}{month}")
    running = round(base * (9 + 0.9 * month + 0.03 * month * month))
    building = round(base * (6 + 0.4 * month) * rng.uniform(0.97, 1.03))
    above = round(base * 420 * (1 + 0.002 * month))
    using = round(running * 0.82)
    return {
        "projects_building": str(building), "projects_running": str(running), "projects_total": str(building + running),
        "enterprises_above_size": str(above), "enterprises_using": str(using),
    }  # fmt: skip
