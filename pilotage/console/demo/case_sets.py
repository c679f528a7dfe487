"""A case set of the fictional year: chosen from the published cases, compiled in both languages, issued by two people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pilotage.console.demo import people
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.plan.models import Plan
from pilotage.publications.books import services
from pilotage.publications.books.models import CaseSet
from pilotage.publications.cases.enums import CaseState
from pilotage.publications.cases.models import CaseStudy

VALUES = {
    "slug": "5g-factory-2023",
    "title_zh": "5G工厂典型案例集（2023年）（演示）",
    "title_en": "Typical cases of 5G factories, 2023 (demo)",
    "subtitle_zh": "内容虚构，仅供演示",
    "subtitle_en": "Made up, for demonstration only",
    "foreword_zh": "本案例集汇编2023年名录企业的典型做法，按行业和应用场景编排，供同类企业参考。\n\n"
    "各案例的数据由企业填报，附佐证类型；企业可随时撤回公开同意。（演示文字，内容虚构）",
    "foreword_en": "What enterprises of the 2023 directory did, arranged by industry and scenario, for others to learn from.\n\n"
    "The figures are the enterprises' own, each with its kind of evidence; consent can be withdrawn at any time. (Demonstration, made up.)",
    "number": "演示案例集〔2023〕1号",
    "language": "bilingual",
    "issued_on": "2023-12-20",
}


def issue_set(plan: Plan, offices: people.Offices, cases: Sequence[CaseStudy], report: Callable[[str], None]) -> CaseSet:
    first, second = offices.secretariat
    with clock.at(local_moment(2023, 12, 19, 10)):
        made = services.begin(actor=first, plan=plan, values=VALUES)
        chosen = CaseStudy.objects.filter(pk__in=[case.pk for case in cases], state=CaseState.PUBLISHED)
        services.choose(actor=first, case_set=made, cases=list(chosen.order_by("number").values_list("pk", flat=True)))
    with clock.at(local_moment(2023, 12, 20, 10)):
        services.propose_issue(actor=first, case_set=made)
        services.confirm_issue(actor=second, case_set=made)
    found = CaseSet.objects.select_related("plan").get(pk=made.pk)
    services.make_files(case_set=found)
    report("a case set is compiled and issued")
    return found
