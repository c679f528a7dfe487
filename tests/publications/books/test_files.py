"""A book as EPUB, web pages and Word: sound files, the same bytes each time, hostile text as text."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx import Document

from pilotage.publications.books import packing
from pilotage.publications.books.compiling import compile as compiled
from pilotage.publications.books.model import Kind
from pilotage.publications.books.style import standard
from tests.publications.books.books import book

KINDS: tuple[Kind, ...] = ("docx", "epub", "web")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return {kind: compiled(book(), kind, standard()) for kind in KINDS}


def read(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize("kind", KINDS)
def test_same_inputs_same_bytes_at_another_hour(made: dict[str, bytes], kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert compiled(book(), kind, standard()) == made[kind]


def test_epubcheck_finds_nothing(made: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "book.epub").write_bytes(made["epub"])
    program = str(shutil.which("epubcheck"))
    done = subprocess.run(["java", "-jar", program, "book.epub"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "No errors or warnings detected." in done.stdout) == (0, True), done.stderr


def test_the_mimetype_comes_first_and_uncompressed(made: dict[str, bytes]) -> None:
    assert made["epub"][30:58] == b"mimetypeapplication/epub+zip"


def test_the_web_book_needs_nothing_from_outside_and_every_link_leads_somewhere(made: dict[str, bytes]) -> None:
    files = read(made["web"])
    written = {name: content.decode() for name, content in files.items() if name.endswith(".html")}
    assert set(written) == {
        "index.html", "title-page.html", "foreword.html", "overview.html", "electronics.html", "case-1.html", "case-2.html", "index-1.html",
        "index-2.html",
    }  # fmt: skip
    for text in written.values():
        assert not re.search(r"<script|<style| style=| on\w+=", text)
        targets = re.findall(r'(?:href|src)="([^"]+)"', text)
        assert [each for each in targets if each.split("#")[0] not in files and each != "https://example.org/"] == []


def test_hostile_text_is_shown_as_it_is(made: dict[str, bytes]) -> None:
    page = read(made["web"])["case-1.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; #read(&quot;secret.txt&quot;)" in page
    assert '<h1 id="case-1">案例1 &amp; &lt;b&gt;</h1>' in page


def test_pages_of_an_epub_are_well_formed(made: dict[str, bytes]) -> None:
    pages = [content for name, content in read(made["epub"]).items() if name.endswith((".xhtml", ".opf"))]
    assert len(pages) == 10
    for page in pages:
        ElementTree.fromstring(page)  # our own


def test_a_word_file_has_real_headings_and_links_to_them(made: dict[str, bytes]) -> None:
    document = Document(io.BytesIO(made["docx"]))
    headings = [line.text for line in document.paragraphs if line.style.name in {"Heading 1", "Heading 2"}]
    assert headings == ["总体情况", "电子信息", "案例1 & <b>", "案例2 & <b>", "行业索引", "场景索引"]
    body = read(made["docx"])["word/document.xml"].decode()
    marks = set(re.findall(r'bookmarkStart [^>]*w:name="([^"]+)"', body))
    assert set(re.findall(r'w:anchor="([^"]+)"', body)) == marks


def test_writer_opens_the_word_file(made: dict[str, bytes], tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        return  # an office is no need of the tests; where there is one, it must open the file
    (tmp_path / "book.docx").write_bytes(made["docx"])
    home = {**os.environ, "HOME": str(tmp_path)}
    arguments = [program, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path), str(tmp_path / "book.docx")]
    subprocess.run(arguments, capture_output=True, check=True, env=home, timeout=120)
    assert "为推广经验，编制本集。" in (tmp_path / "book.txt").read_text(errors="replace")


def test_an_archive_has_no_hour_of_its_own() -> None:
    once = packing.packed([("a", b"1"), ("b.png", b"2")])
    assert packing.repacked(once) == once
    with zipfile.ZipFile(io.BytesIO(once)) as opened:
        assert [(info.date_time[0], info.compress_type) for info in opened.infolist()] == [(1980, 8), (1980, 0)]
