"""Who opens which page of the pipeline, what each side may not see, and how many queries a page costs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pilotage.core import clock
from pilotage.core.tables import XLSX_TYPE, read_rows, write_xlsx
from pilotage.finance.pipeline import rounds
from pilotage.finance.pipeline.models import ListingProject
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.matching import consented, liaison
from tests.finance.pipeline.test_lists import begun

pytestmark = pytest.mark.django_db
HOME = "/financing/pipeline/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def scene(cast: Any) -> dict[str, Any]:
    consented(cast)
    batch = make.signed(cast)
    found = begun(cast)
    line = rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示：满足标准一")
    rounds.open_notice(actor=cast.secretariat, found=found)
    return {"batch": batch, "project": batch.lines.get().project, "round": found, "line": line}


def pages(scene: dict[str, Any]) -> dict[str, str]:
    lists = {name: reverse(f"pipeline:{name}") for name in ("home", "export", "funnel", "batches", "rounds")}
    forms = {name: reverse(f"pipeline:{name}") for name in ("new", "import", "template", "batch-new", "round-new")}
    own = {name: reverse(f"pipeline:{name}", args=[scene[name].number]) for name in ("project", "batch", "round")}
    papers = {kind: reverse("pipeline:paper", args=[scene["batch"].number, kind]) for kind in ("pdf", "xlsx")}
    return {**lists, **forms, **own, **papers}


FORMS = {"new", "import", "template", "batch-new", "round-new"}
STAFF = {"home", "export", "funnel", "batches", "rounds", "project", "batch", "round", "pdf", "xlsx"}
OWN = {"home", "export", "rounds", "project", "round"}
BANK = {"home", "export", "batches", "rounds", "project", "batch", "round", "pdf", "xlsx"}


def test_everybody_opens_what_is_theirs_and_nothing_else(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    expected = {
        "filer": OWN,
        "legal_representative": OWN,
        "other_filer": {"home", "export", "rounds", "round"},
        "finance_liaison": BANK,
        "other_bank": {"home", "export", "batches", "rounds", "round"},
        "secretariat": STAFF | FORMS,
        "second_secretariat": STAFF | FORMS,
        "auditor": STAFF,
    }
    addresses = pages(scene)
    for name, person in {**cast.people(), "other_bank": liaison()}.items():
        client = client_for(person)
        found = {page for page, address in addresses.items() if client.get(address).status_code == 200}
        assert found == expected.get(name, set()), name
        assert {client.get(address).status_code for page, address in addresses.items() if page not in found} <= {404}, name
    anonymous = client_for(None)
    assert {anonymous.get(address).status_code for address in addresses.values()} == {302}


def test_a_receiver_reads_stages_but_no_papers_and_no_reasons(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    project = scene["project"]
    address = reverse("pipeline:project-act", args=[project.number])
    paper = SimpleUploadedFile("协议.pdf", b"%PDF-1.7 demo")
    assert client_for(cast.filer).post(address, {"verb": "add-document", "title": "辅导协议", "file": paper}).status_code == 302
    document = project.documents.get()
    page, file = reverse("pipeline:project", args=[project.number]), reverse("pipeline:document", args=[project.number, document.pk])
    for person, status in (
        (cast.filer, 200),
        (cast.secretariat, 200),
        (cast.auditor, 200),
        (cast.finance_liaison, 404),
        (cast.other_filer, 404),
    ):
        assert client_for(person).get(file).status_code == status
    assert "辅导协议" in text_of(client_for(cast.filer).get(page))
    assert "辅导协议" not in text_of(client_for(cast.finance_liaison).get(page))
    assert client_for(cast.finance_liaison).post(address, {"verb": "file_tutoring", "on": "2023-11-01"}).status_code == 403
    assert client_for(cast.outsider).post(address, {"verb": "file_tutoring", "on": "2023-11-01"}).status_code == 404


def test_a_note_stays_with_those_who_see_all(cast: Any, client_for: Any, scene: dict[str, Any], tmp_path: Path) -> None:
    ListingProject.objects.update(note="内部备注")
    page = reverse("pipeline:project", args=[scene["project"].number])
    path = tmp_path / "out.xlsx"
    for person, told in ((cast.secretariat, True), (cast.auditor, True), (cast.filer, False), (cast.finance_liaison, False)):
        client = client_for(person)
        assert ("内部备注" in text_of(client.get(page))) is told
        path.write_bytes(client.get(reverse("pipeline:export")).content)
        rows = [cell for row in read_rows(path) for cell in row.values]
        assert scene["project"].number in rows
        assert ("内部备注" in rows) is told


def test_a_day_of_the_secretariat(cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    values = {"enterprise": cast.enterprise.name_zh, "market": "star", "on": "2023-05-04", "sponsor": "演示证券", "note": ""}
    assert client.post(reverse("pipeline:new"), {**values, "enterprise": "查无此企业"}).status_code == 422
    client.post(reverse("pipeline:new"), values)
    project = ListingProject.objects.get()
    assert client.post(reverse("pipeline:new"), values).status_code == 422
    address = reverse("pipeline:project-act", args=[project.number])
    client.post(address, {"verb": "file_tutoring", "on": "2023-05-30", "document": "演示〔2023〕1号"})
    client.post(address, {"verb": "file_tutoring", "on": "2023-05-30"})
    step = project.steps.get(stage="tutoring_filed")
    client.post(address, {"verb": "correct", "step": step.pk, "on": "2023-05-29", "reason": "日期录错"})
    client.post(address, {"verb": "change", "owner": cast.second_secretariat.pk, "sponsor": "演示证券", "note": "跟进"})
    said = text_of(client.get(reverse("pipeline:project", args=[project.number])))
    for words in ("2023年5月29日", "2023年5月30日", "日期录错", "演示〔2023〕1号"):
        assert words in said
    project.refresh_from_db()
    assert (project.state, str(project.stage_on), project.owner) == ("tutoring_filed", "2023-05-29", cast.second_secretariat)


def test_import_names_the_rows(cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    table = write_xlsx(["企业名称", "目标市场"], [[cast.enterprise.name_zh, "科创板"], ["查无此企业", "科创板"]], title="x")
    response = client.post(reverse("pipeline:import"), {"file": SimpleUploadedFile("x.xlsx", table, content_type=XLSX_TYPE)})
    assert response.status_code == 422
    assert "查无此企业" in text_of(response)
    assert ListingProject.objects.count() == 1
    assert client.post(reverse("pipeline:import")).status_code == 422
    exported = client.get(reverse("pipeline:export") + "?market=star")
    assert exported["Content-Type"] == XLSX_TYPE
    assert io.BytesIO(exported.content).read(2) == b"PK"


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_whatever_they_show(
    cast: Any, client_for: Any, scene: dict[str, Any], count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        make.project(cast.secretariat, enterprise(f"苏州演示{number}号有限公司"), verbs=make.WAY[: number + 1])
    client = client_for(cast.secretariat)
    addresses = pages(scene)
    for name, most in {"home": 9, "funnel": 10, "batches": 8, "rounds": 8, "project": 15, "batch": 11, "round": 11}.items():
        client.get(addresses[name])
        with django_assert_max_num_queries(most):
            assert client.get(addresses[name]).status_code == 200, name
