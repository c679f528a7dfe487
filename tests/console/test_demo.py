from __future__ import annotations

import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pilotage.accounts.models import User
from pilotage.audit import services as audit
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.models import Application, Call
from pilotage.console.demo import fiction, people, shape, steering, year
from pilotage.console.demo.shape import Fate
from pilotage.core import clock
from pilotage.directory.models import Edition, Entry
from pilotage.finance.facts import rows
from pilotage.finance.facts.models import FactRow
from pilotage.plan.folder import check
from pilotage.plan.models import Plan, TargetReading
from pilotage.registry.models import Enterprise
from pilotage.reports.models import WorkReport
from pilotage.review.models import Assignment, ReviewSummary
from pilotage.review.selection import selections
from pilotage.statistics.models import Return

FOLDER = Path("plans/industrial-internet-2023")


def test_the_year_has_the_published_outline():
    plots = list(shape.plots())
    listed = Counter(plot.province for plot in plots if plot.fate is Fate.LISTED)

    assert (sum(listed.values()), len(listed)) == (300, 26)
    assert [listed[code] for code in ("320000", "370000", "420000", "210000")] == [97, 32, 30, 8]
    assert sum(1 for plot in plots if plot.planned_city == "210200" and plot.fate is Fate.LISTED) == 4
    assert 850 <= len(plots) <= 950


def test_in_review_some_nine_hundred_projects_compete():
    fates = Counter(plot.fate for plot in shape.plots(contested=True))
    assert 880 <= fates[Fate.LISTED] + fates[Fate.OVER_CAP] + fates[Fate.BELOW_LINE] <= 920


def test_the_year_is_the_same_every_time():
    assert list(shape.plots()) == list(shape.plots())
    firms = [fiction.firm(random.Random(1), "苏州", set(), "34") for _ in range(2)]
    assert firms[0] == firms[1]


@cache
def the_form():
    found = check(FOLDER).folder
    return FormDef.parse(found.calls[year.CALL]["form"], found.codes)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("built", [True, False])
def test_made_up_answers_fit_the_form_of_the_call(seed, built):
    rng = random.Random(seed)
    form = the_form()
    industry = fiction.industry_for(rng, seed * 8)
    made = fiction.firm(rng, "苏州", set(), industry)

    answers = fiction.answers(rng, made, fiction.project_title(rng, industry), division="320505", built=built)
    registry = dict.fromkeys((f.path for s in form.sections for f in s.fields if f.type == "registry"), "x")

    unknown = set(answers) - {field.key for section in form.sections for field in section.fields}
    assert unknown == set()
    cleaned = {key: form.clean(key, value) for key, value in answers.items() if key != "truth_statement"}
    assert set(form.problems(cleaned, {"evidence_network": 1}, registry)) - {"truth_statement"} == set()


@pytest.fixture
def small_year(monkeypatch, settings, tmp_path):
    """Two provinces and a separately planned city; the rest is the real builder."""
    monkeypatch.setattr(shape, "LISTED", {"320000": 3, "210000": 3})
    monkeypatch.setattr(shape, "UNLISTED", {})
    monkeypatch.setattr(shape, "OVER_CAP", {})
    monkeypatch.setattr(shape, "PLANNED_CITIES", {"210200": 1})
    monkeypatch.setattr(people, "EXPERT_COUNT", 10)
    settings.DATA_DIR = tmp_path
    settings.PLAN_DIR = FOLDER.resolve()


@pytest.mark.django_db
def test_in_review_all_is_ready_to_be_selected(small_year, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(shape, "LISTED", {"320000": 3, "210000": 3, "420000": 3})  # enough experts of other provinces
    with django_capture_on_commit_callbacks(execute=True):
        now = year.build(year.Stage.REVIEW, lambda _line: None)

    assert set(Assignment.objects.values_list("state", flat=True)) <= {"finished", "recused", "cancelled"}
    assert not ReviewSummary.objects.filter(finished_count__lt=3).exists()
    first, second = User.objects.filter(email__startswith="secretariat").order_by("email")
    with clock.at(now):
        selection = selections.build_selection(actor=first, call=Call.objects.get(slug=year.CALL), parameters={"total": 4})
        selections.propose_selection(actor=first, selection=selection)
        selections.confirm_selection(actor=second, selection=selection)
    assert selection.rows.filter(outcome="selected").count() == 4


@pytest.mark.django_db
def test_the_builder_goes_from_an_empty_database_to_a_published_edition(small_year, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        now = year.build(year.Stage.LISTED, lambda _line: None)

    edition = Edition.objects.get(is_fictional=True)
    listed = Entry.objects.filter(edition=edition, state="listed")
    assert now == year.NOW[year.Stage.LISTED]
    assert listed.count() == Application.objects.filter(state="listed").count() >= 6
    assert not Enterprise.objects.filter(entries__in=listed, is_fictional=False).exists()
    assert Entry.objects.filter(is_fictional=False).count() == 15
    assert audit.verify() == []


@pytest.mark.django_db
def test_at_the_end_of_the_year_the_smaller_calls_are_published_too(small_year, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        now = year.build(year.Stage.YEAR_END, lambda _line: None)

    published = set(Edition.objects.filter(is_fictional=True, state="published").values_list("directory__slug", flat=True))
    assert published == {"5g-factory", "demonstration-base", "platform-case", "5g-factory-benchmark"}
    assert Entry.objects.filter(edition__directory__slug="5g-factory", is_fictional=True, label="benchmark").count() == 2
    assert now == year.NOW[year.Stage.YEAR_END]
    assert audit.verify() == []
    listed = Entry.objects.filter(edition__directory__slug="5g-factory", is_fictional=True, state="listed").count()
    built = TargetReading.objects.filter(plan=Plan.objects.get(), target_code="M03-1").order_by("day")
    assert [(row.day.month, row.value) for row in built] == [(month, 0 if month < 11 else listed) for month in range(6, 13)]
    assert set(WorkReport.objects.values_list("period", "state")) == {("2023Q2", "signed"), ("2023", "signed")}
    assert Return.objects.filter(data_set__slug=steering.DATA_SET, state="locked").count() == 12 * len(shape.LISTED)
    model = FactRow.objects.get(enterprise__name_zh="苏州砚舟精密传动有限公司")
    assert (model.revenue, model.rd_staff, model.invention_patents_main, model.title_little_giant) == (286_000_000, 71, 6, True)
    assert FactRow.objects.filter(is_public=True, enterprise__is_fictional=False).count() == 100
    assert list(rows.differences()) == []


@pytest.mark.django_db
def test_the_command_refuses_a_database_that_holds_a_plan(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    Plan.objects.create(slug="p", title_zh="规划", issuer_zh="部门", starts_on="2023-01-01", ends_on="2023-12-31")

    with pytest.raises(CommandError, match="holds a plan already"):
        call_command("demo", "--stage", "apply")

    assert not (tmp_path / "demo.json").exists()
