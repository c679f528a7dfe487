"""Every call of the model plan, from an eligible applicant's first draft to the published edition, and what the plan then counts."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from pilotage.audit import services as audit
from pilotage.calls import eligibility, rules, standing
from pilotage.calls import services as calls
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.selectors import form_of
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.directory.models import Entry
from pilotage.plan import services as plans
from pilotage.plan.models import Plan
from pilotage.plan.progress import target_lines
from pilotage.registry import services as registry
from pilotage.registry.models import Enterprise, Title
from tests.factories import calls as make
from tests.factories import walks
from tests.factories.cases import BENCHMARK, CASES, FACTORY, Case
from tests.factories.plan import MODEL_FOLDER

pytestmark = pytest.mark.django_db


def load(folder: Path, slug: str) -> Plan:
    """The plan with the call and the one it builds on; loading all nine takes three times as long."""
    registry.load_reference_data()
    shutil.copytree(MODEL_FOLDER, folder)
    for file in (folder / "calls").glob("*.yaml"):
        if f"{file.stem}-2023" not in {slug, FACTORY}:
            file.unlink()
    plans.load_folder(folder, actor=None)
    return Plan.objects.get()


def counted(plan: Plan, day: date) -> dict[str, Any]:
    return {line.target.code: line.value for line in target_lines(plan, day, None) if line.value is not None}


def grown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    return {code: int(value - before.get(code, 0)) for code, value in after.items() if value != before.get(code, 0)}


def enter_honour(who: walks.Applicant, name: str) -> None:
    Title.objects.create(enterprise=who.subject, name=name, issuer="演示部门", granted_on=date(2022, 6, 1))


def filed(call: Call, case: Case, who: walks.Applicant) -> Application:
    """Submitted, eligible beyond doubt."""
    with walks.during(call, StageKind.APPLY):
        application = walks.draft(call, who, **case.answers)
        if case.partner:
            walks.join(application, who, walks.applicant("演示二市人民政府", case.partner, kind=case.kind, number=90))
        form = form_of(application.version)
        found = standing.findings(call, application.enterprise, application.version, application.data, form, application)
        assert {each.sentence: each.answer for each in found} == {each.sentence: eligibility.Answer.YES for each in found}
        return walks.submit(application, who)


def a_second_filing(call: Call, case: Case, who: walks.Applicant) -> str:
    """The sentence that the same applicant meets with the same answers, in the window; '' where it may file again."""
    again = Enterprise.objects.get(pk=who.subject.pk)
    second = walks.Applicant(again, who.filer, who.legal_representative, who.place, who.industry)
    with walks.during(call, StageKind.APPLY), translation.override("en"):
        try:
            application = walks.draft(call, second, **{**case.answers, "project_title": "另一个演示项目"})
            walks.submit(application, second)
        except Refused as refused:
            return str(refused)
        except Invalid as invalid:
            return " ".join(invalid.errors.values())
        return ""


@pytest.mark.parametrize("slug", CASES)
def test_a_call_reaches_its_end(slug: str, tmp_path: Path, client_for: Any, django_capture_on_commit_callbacks: Any) -> None:
    case, plan = CASES[slug], load(tmp_path / "plan", slug)
    call = Call.objects.get(slug=slug)
    of = walks.offices(case.place)
    who = walks.applicant("苏州演示精密制造有限公司", case.place, kind=case.kind, industry=case.industry)
    if case.honour:
        enter_honour(who, case.honour)
    if slug == BENCHMARK:
        first = Call.objects.get(slug=FACTORY)
        walks.carry_on(filed(first, CASES[FACTORY], who), of)
    publication = call.stage(StageKind.PUBLISH).opens_at.date()
    before = counted(plan, publication)

    with django_capture_on_commit_callbacks(execute=True):
        application = filed(call, case, who)
        again = a_second_filing(call, case, who) if case.again else ""
        walks.carry_on(application, of)

    application = walks.fresh(application)
    entry = Entry.objects.select_related("edition__directory").get(application=application)
    assert (application.state, entry.state, entry.number, entry.edition.directory.slug) == ("listed", "listed", case.number, case.directory)
    assert again == case.again
    title = Title.objects.get(source=entry.number)
    assert (title.enterprise_id, title.granted_on, title.valid_until) == (who.subject.pk, entry.listed_on, case.valid_until)
    assert grown(before, counted(plan, publication)) == case.counted
    assert audit.verify() == []
    with walks.during(call, StageKind.PUBLISH):
        page = client_for(None).get(reverse("directory:list", args=[case.directory])).content.decode()
        assert entry.number in page
        assert who.subject.name_zh in page
    if case.later:
        with walks.during(call, StageKind.PUBLISH), translation.override("en"), pytest.raises(Refused) as refused:
            calls.start_application(actor=who.filer, call=call, enterprise=Enterprise.objects.get(pk=who.subject.pk))
        assert str(refused.value) == case.later
    if case.valid_until:
        with clock.at(make.moment((case.valid_until + timedelta(days=1)).isoformat())):
            assert rules.may_apply(call, Enterprise.objects.get(pk=who.subject.pk))
    if slug == BENCHMARK:
        earlier = Entry.objects.get(edition__directory__slug="5g-factory", enterprise=who.subject)
        assert (earlier.label, earlier.labelled_on) == ("benchmark", date(2023, 12, 29))
