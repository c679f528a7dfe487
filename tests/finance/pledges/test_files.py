"""Scans of a registration file: who adds, reads and takes them off, what is refused, and the ZIP of all papers."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.core import clock, incoming
from pilotage.core.scanning import Infected, ScanState
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.pledges import bundle, checks, files, selectors, services
from pilotage.finance.pledges.enums import Paper, PaperState, PledgeState
from pilotage.finance.pledges.models import PledgeFile
from tests.factories import matching
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    with clock.at(make.NOW):
        yield


def added(cast: Any, pledge: Any, paper: str = Paper.CONTRACT, name: str = "合同.pdf", content: bytes = make.PDF) -> PledgeFile:
    return files.add_file(actor=cast.finance_liaison, pledge=pledge, paper=paper, upload=make.scan(name, content))


def state_of(pledge: Any, paper: str) -> str:
    return next(line.state for line in selectors.standing(pledge, clock.today())[1] if line.paper == paper)


def test_a_file_may_be_filed_with_scans_alone(cast: Any) -> None:
    pledge = make.contracted(cast)
    pledge = services.fill_file(actor=cast.filer, pledge=pledge, papers={}, told=make.TOLD)
    for paper in Paper:
        if paper != Paper.CONSENT:
            assert checks.may_file(selectors.checks_of(pledge, clock.today())) is False
            added(cast, pledge, paper)
    services.step(actor=cast.filer, pledge=pledge, verb="file")
    assert pledge.state == "filed"
    assert AuditEvent.objects.filter(verb="finance.pledge.add_file", object_id=str(pledge.pk)).count() == 6
    assert verify() == []


def test_several_scans_of_one_paper_and_back_to_what_was_said(cast: Any) -> None:
    pledge = make.contracted(cast)
    first, second = added(cast, pledge), added(cast, pledge, name="第二页.pdf", content=b"%PDF-1.7 two")
    assert (state_of(pledge, Paper.CONTRACT), first.file.name) == (PaperState.THERE, f"pledges/{pledge.number}/{first.sha256}")
    for file in (first, second):
        files.remove_file(actor=cast.filer, file=file)
    assert state_of(pledge, Paper.CONTRACT) == PaperState.MISSING
    assert first.file.storage.exists(first.file.name)  # for the record
    assert added(cast, pledge).file.name == first.file.name
    assert AuditEvent.objects.filter(verb="finance.pledge.remove_file").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("空.pdf", b"", "空.pdf"),
        ("大.pdf", b"%PDF-" + b"x" * 2_000_000, "1 MB"),
        ("表.pdf", b"PK\x03\x04", "表.pdf"),
        ("程序.pdf", b"MZ", "程序.pdf"),
        ("包.zip", b"PK\x05\x06" + b"\0" * 18, "包.zip"),
    ],
)
def test_what_is_no_scan_is_refused_by_its_name(cast: Any, settings: Any, name: str, content: bytes, says: str) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    with pytest.raises(Invalid) as problem:
        added(cast, make.contracted(cast), name=name, content=content)
    assert (set(problem.value.errors), says in problem.value.errors["files"]) == ({"files"}, True)


def test_twice_too_many_of_no_paper_and_none(cast: Any) -> None:
    pledge = make.contracted(cast)
    added(cast, pledge)
    with pytest.raises(Invalid, match=r"合同\.pdf"):
        added(cast, pledge)
    assert added(cast, pledge, Paper.APPLICATION).paper == Paper.APPLICATION  # the same bytes may be two papers
    for number in range(files.MOST - 1):
        added(cast, pledge, content=b"%PDF-1.7 " + str(number).encode())
    with pytest.raises(Invalid, match=str(files.MOST)):
        added(cast, pledge, content=b"%PDF-1.7 more")
    with pytest.raises(Invalid) as problem:
        added(cast, pledge, "sofa")
    assert set(problem.value.errors) == {"paper"}
    with pytest.raises(Invalid):
        files.add_file(actor=cast.filer, pledge=pledge, paper=Paper.CONTRACT, upload=None)


def test_files_move_only_while_the_file_is_open(cast: Any) -> None:
    pledge = make.filled(cast)
    kept = added(cast, pledge)
    for state in PledgeState:
        type(pledge).objects.filter(pk=pledge.pk).update(
            state=state, registered_on=make.TODAY, registration_number="Y", contracted_on=make.TODAY
        )
        if state in {"contracted", "defect"}:
            files.remove_file(actor=cast.filer, file=added(cast, pledge, content=f"%PDF-1.7 {state}".encode()))
            continue
        with pytest.raises(Conflict):
            added(cast, pledge, content=b"%PDF-1.7 late")
        with pytest.raises(Conflict):
            files.remove_file(actor=cast.filer, file=kept)


def test_an_infected_file_is_not_kept_and_one_found_later_goes_to_nobody(
    cast: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = make.contracted(cast)
    kept = added(cast, pledge)
    PledgeFile.objects.update(scan=ScanState.INFECTED)
    assert state_of(pledge, Paper.CONTRACT) == PaperState.MISSING
    assert client_for(cast.finance_liaison).get(reverse("pledges:file", args=[pledge.number, kept.pk])).status_code == 403
    with zipfile.ZipFile(bundle.bundle(pledge)) as archive:
        assert not [name for name in archive.namelist() if name.endswith("合同.pdf")]
        assert "合同.pdf" in archive.read(archive.namelist()[-1]).decode()

    def infected(name: str, _file: Any) -> ScanState:
        raise Infected(name, "Eicar-Test")

    monkeypatch.setattr(incoming, "scanned", infected)
    with pytest.raises(Invalid, match="Eicar-Test"):
        added(cast, pledge, Paper.AGENT)
    assert PledgeFile.objects.count() == 1
    assert AuditEvent.objects.filter(verb="finance.pledge.refuse_file").count() == 1


def test_who_reads_and_who_adds(cast: Any, client_for: Any) -> None:
    pledge = make.contracted(cast)
    kept = added(cast, pledge)
    addresses = [reverse("pledges:file", args=[pledge.number, kept.pk]), reverse("pledges:bundle", args=[pledge.number])]
    people = {**cast.people(), "other_bank": matching.liaison(), "nobody": None}
    found = {who: {client_for(person).get(address).status_code for address in addresses} for who, person in people.items()}

    sees = {"filer", "legal_representative", "finance_liaison", "secretariat", "second_secretariat", "auditor"} & set(people)
    assert {who for who, codes in found.items() if codes == {200}} == sees
    assert found["nobody"] == {302}
    assert {code for who, codes in found.items() if who not in sees | {"nobody"} for code in codes} == {404}
    for person in (cast.secretariat, cast.auditor, cast.outsider, cast.other_filer, matching.liaison(), None):
        with pytest.raises(Refused):
            files.add_file(actor=person, pledge=pledge, paper=Paper.CONTRACT, upload=make.scan())
        with pytest.raises(Refused):
            files.remove_file(actor=person, file=kept)


def test_files_by_pages(cast: Any, client_for: Any) -> None:
    pledge, bank = make.contracted(cast), client_for(cast.finance_liaison)
    add = reverse("pledges:add-file", args=[pledge.number])
    sent = {"paper": "contract", "files": [make.scan("甲.pdf"), make.scan("乙.pdf", b"%PDF-1.7 two")]}
    assert bank.post(add, sent).status_code == 302
    page = bank.get(f"/financing/pledges/{pledge.number}/").content.decode()
    assert ("甲.pdf" in page, "乙.pdf" in page) == (True, True)
    refused = bank.post(add, {"paper": "contract", "files": [make.scan("丙.exe", b"MZ")]})
    assert (refused.status_code, "丙.exe" in refused.content.decode()) == (422, True)
    assert bank.post(add, {"paper": "contract"}).status_code == 422
    assert client_for(cast.secretariat).post(add, {"paper": "contract", "files": [make.scan("丁.pdf", b"%PDF-4")]}).status_code == 403
    assert client_for(cast.outsider).post(add, sent).status_code == 404
    first = PledgeFile.objects.order_by("pk")[0]
    given = bank.get(reverse("pledges:file", args=[pledge.number, first.pk]))
    assert b"".join(given.streaming_content) == make.PDF
    assert given["X-Content-Type-Options"] == "nosniff"
    assert bank.get(reverse("pledges:file", args=["Z2023-99999", first.pk])).status_code == 404
    away = reverse("pledges:remove-file", args=[pledge.number, first.pk])
    assert client_for(cast.outsider).post(away).status_code == 404
    assert bank.get(away).status_code == 405
    assert bank.post(away).status_code == 302
    assert bank.get(reverse("pledges:file", args=[pledge.number, first.pk])).status_code == 404


def test_the_bundle_holds_papers_and_scans(cast: Any, client_for: Any) -> None:
    pledge = make.registered(cast)
    PledgeFile.objects.all().delete()
    type(pledge).objects.filter(pk=pledge.pk).update(state="defect")
    kept, twin = added(cast, pledge), added(cast, pledge, content=b"%PDF-1.7 other")
    type(pledge).objects.filter(pk=pledge.pk).update(state="registered")
    pledge.refresh_from_db()
    answer = client_for(cast.filer).get(reverse("pledges:bundle", args=[pledge.number]))
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)) == 2 * 4 + 2
        assert {archive.read(name) for name in names if name.endswith("合同.pdf")} == {make.PDF, b"%PDF-1.7 other"}
        assert [len(archive.read(name)) > 5000 for name in names if name.endswith((".docx",))] == [True] * 4
    twin.file.storage.delete(twin.file.name)
    with zipfile.ZipFile(bundle.bundle(pledge)) as archive:
        assert twin.name in archive.read(archive.namelist()[-1]).decode()
    assert kept.pk
    unwritten = reverse("pledges:bundle", args=[make.offered(cast, make.right(cast, "ZL3")).number])
    assert client_for(cast.finance_liaison).get(unwritten).status_code == 404
