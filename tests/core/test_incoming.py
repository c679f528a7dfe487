"""A file that comes in: what is refused and how it is said, and what of it is given out again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.core import clamav, incoming, scanning
from pilotage.core.scanning import ScanState
from pilotage.core.verdict import Invalid

PDF = b"%PDF-1.7 a paper"


def refused(found: dict[str, Any]) -> None:
    raise AssertionError(f"refused: {found}")


def take(content: bytes, name: str = "paper.pdf", **told: Any) -> incoming.Incoming:
    return incoming.take(SimpleUploadedFile(name, content), key="file", **{"refused": refused, **told})


def test_what_passes_knows_its_columns() -> None:
    taken = take(PDF, "../../合同.pdf")
    assert taken.columns() == {
        "name": "合同.pdf",
        "content_type": "application/pdf",
        "size": len(PDF),
        "sha256": taken.sha256,
        "scan": ScanState.UNSCANNED,
    }
    assert len(taken.sha256) == 64


@pytest.mark.parametrize(
    ("content", "name", "told", "sentence"),
    [
        (b"", "paper.pdf", {}, "空文件"),
        (PDF, "paper.pdf", {"max_bytes": 3}, "最多接收0 MB"),
        (PDF, "paper.png", {}, "paper.png"),
        (PDF, "paper.pdf", {"accepted": ("png", "jpg")}, "此处接收PNG、JPG"),
        (b"MZ program", "paper.pdf", {}, "程序"),
    ],
)
def test_what_is_refused_is_said_under_its_field(content: bytes, name: str, told: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        take(content, name, **told)
    assert list(caught.value.errors) == ["file"]
    assert sentence in caught.value.errors["file"]


def test_nothing_chosen_is_said() -> None:
    with pytest.raises(Invalid) as caught:
        incoming.take(None, key="file", refused=refused)
    assert caught.value.errors == {"file": "须先选择文件。"}


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A scanner that says what it is told to say."""
    says = SimpleNamespace(answer=SimpleNamespace(is_clean=True, signature=""))

    def scan(_file: Any) -> Any:
        if isinstance(says.answer, Exception):
            raise says.answer
        return says.answer

    monkeypatch.setattr(clamav, "is_configured", lambda: True)
    monkeypatch.setattr(scanning.clamav, "scan", scan)
    return says


@pytest.mark.django_db
def test_an_infected_file_is_told_and_not_kept(scanner: Any) -> None:
    scanner.answer = SimpleNamespace(is_clean=False, signature="Eicar")
    told: list[dict[str, Any]] = []
    with pytest.raises(Invalid) as caught:
        take(PDF, refused=told.append)
    assert "Eicar" in caught.value.errors["file"]
    assert [(each["name"], each["signature"], len(each["sha256"])) for each in told] == [("paper.pdf", "Eicar", 64)]


def row(scan: ScanState) -> Any:
    return SimpleNamespace(name="paper.pdf", scan=scan, file=ContentFile(PDF, name="paper.pdf"))


def test_what_a_task_scans_is_held_back_only_once_something_was_found(scanner: Any) -> None:
    given = {scan: bool(incoming.may_give_out(row(scan))) for scan in ScanState}
    assert given == {ScanState.UNSCANNED: True, ScanState.CLEAN: True, ScanState.FAILED: True, ScanState.INFECTED: False}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (SimpleNamespace(is_clean=True, signature=""), True),
        (SimpleNamespace(is_clean=False, signature="Eicar"), False),
        (clamav.ScannerSilent("no answer"), False),
    ],
)
def test_what_no_task_scans_is_scanned_on_the_way_out(scanner: Any, answer: Any, expected: bool) -> None:
    scanner.answer = answer
    assert bool(incoming.may_give_out_scanned(row(ScanState.UNSCANNED))) is expected
    assert bool(incoming.may_give_out_scanned(row(ScanState.CLEAN))) is True
    assert bool(incoming.may_give_out_scanned(row(ScanState.INFECTED))) is False


def test_the_same_bytes_are_written_once(tmp_path: Any) -> None:
    written: list[str] = []

    class Storage:
        def exists(self, path: str) -> bool:
            return path in written

        def save(self, path: str, _content: Any) -> str:
            written.append(path)
            return path

    for _time in range(2):
        kept = SimpleNamespace(storage=Storage(), name="")
        take(PDF).keep(kept, "ab/cd.pdf")
        assert kept.name == "ab/cd.pdf"
    assert written == ["ab/cd.pdf"]


def test_no_more_than_fit() -> None:
    incoming.require_room(9, 10, key="file")
    with pytest.raises(Invalid) as caught:
        incoming.require_room(10, 10, key="file")
    assert caught.value.errors == {"file": "此处最多接收10个文件。"}
