"""What the page tests' scene has published: an older edition with certificates and a re-evaluation, a case, a case set, a draft guideline."""

from __future__ import annotations

from datetime import date
from typing import Any

GUIDELINE = "electronic-information"
SET = {
    "slug": "cases-2023",
    "title_zh": "5G工厂案例集",
    "title_en": "Cases of 5G factories",
    "subtitle_zh": "内容虚构",
    "foreword_zh": "本案例集供同类企业参考。\n\n- 按行业\n- 按应用场景",
    "foreword_en": "For others to learn from.",
    "language": "bilingual",
    "number": "案例〔2023〕1号",
    "issued_on": "2023-11-13",
}


def edition(scene: dict[str, Any], secretariat: Any) -> None:
    from pilotage.directory import services as directory
    from pilotage.directory.models import Evaluation
    from pilotage.directory.services.counts import recount
    from pilotage.publications.certificates import services as certificates
    from tests.factories.directory import edition as make_edition
    from tests.factories.directory import entry as make_entry
    from tests.factories.directory import moment

    made = make_edition(2022, published_at=moment("2022-12-01 10:00"))
    names = ("湖光精密传动", "江岸电机", "云岭泵业")
    entries = [make_entry(made, f"{name}5G工厂", f"苏州{name}有限公司", ("01", "04"), listed_on=date(2022, 12, 1)) for name in names]
    recount(made)
    certificates.issue_missing(actor=secretariat, edition=made)
    directory.set_label(actor=secretariat, entry=entries[0], label="benchmark", reason="示范带动作用突出。")
    campaign = directory.plan_campaign(
        actor=secretariat, directory=made.directory, year=2023, listed_before=date(2023, 1, 1), percent=100, term_days=30
    )
    directory.draw_campaign(actor=secretariat, campaign=campaign, seed="a seed that everybody knows")
    rows = list(Evaluation.objects.filter(campaign=campaign).select_related("entry__edition__call", "campaign").order_by("pk"))
    directory.pass_entries(actor=secretariat, evaluations=rows[:1], reason="现场核查，与填报一致。")
    directory.require(actor=secretariat, evaluation=rows[1], reason="边缘计算节点停用，场景数据中断。")
    scene["campaign"], scene["listed"] = campaign, entries[0]


def case(scene: dict[str, Any], application: Any, filer: Any, secretariat: Any, second: Any) -> None:
    """Of a project in public notice, and the set that it stands in."""
    from pilotage.plan.models import Plan
    from pilotage.publications.books import services as books
    from pilotage.publications.cases import publishing, services
    from tests.factories.case_studies import WORDS

    made = services.start_case(actor=secretariat, application=application)
    services.save_draft(actor=secretariat, case=made, values=WORDS, base_version=made.draft_version)
    for person in (filer, secretariat):
        services.approve(actor=person, case=made, base_version=made.draft_version)
    publishing.give_consents(actor=filer, case=made, items=publishing.items_of(made))
    scene["case"] = publishing.publish(actor=secretariat, case=made)
    found = scene["set"] = books.begin(actor=secretariat, plan=Plan.objects.get(), values=SET)
    books.choose(actor=secretariat, case_set=found, cases=[made.pk])
    books.propose_issue(actor=secretariat, case_set=found)
    books.confirm_issue(actor=second, case_set=found)


def guideline(secretariat: Any) -> None:
    from pilotage.publications.guidelines import rounds
    from pilotage.publications.guidelines.models import Guideline

    rounds.open_round(actor=secretariat, guideline=Guideline.objects.get(slug=GUIDELINE), closes_on="2023-12-10")


def addresses(scene: dict[str, Any]) -> dict[str, str]:
    from django.urls import reverse

    from pilotage.directory.models import Objection
    from pilotage.publications.certificates.models import Certificate

    certificate = Certificate.objects.filter(entry=scene["listed"]).order_by("-serial")[0]
    return {
        "case": reverse("cases:detail", args=[scene["case"].number]),
        "case-edit": reverse("cases:edit", args=[scene["case"].number]),
        "case-set": reverse("books:detail", args=[scene["set"].slug]),
        "case-set-manage": reverse("books:manage", args=[scene["set"].slug]),
        "certificate": reverse("certificates:detail", args=[certificate.number]),
        "listed": reverse("directory:entry", args=[scene["listed"].number]),
        "campaign": reverse("directory:campaign", args=["5g-factory", scene["campaign"].year]),
        "campaign-manage": reverse("directory:campaign-manage", args=[scene["campaign"].pk]),
        "objection-handle": reverse("directory:objection-handle", args=[Objection.objects.get().number]),
    }
