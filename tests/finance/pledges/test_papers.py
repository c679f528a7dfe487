"""The papers of a registration: what is on them, in both languages and both forms, and until when the office decides."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.utils.translation import override
from docx import Document
from pypdf import PdfReader

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import clocks, papers, services
from tests.conftest import moment as make_moment
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db


def pdf_text(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def docx_text(content: bytes) -> str:
    made = Document(io.BytesIO(content))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in made.paragraphs), *cells])


def test_there_is_a_paper_for_each_stage(cast):
    assert papers.kinds_of(make.offered(cast)) == []
    filled = make.filled(cast, make.right(cast, "ZL201810000002.6"))
    assert papers.kinds_of(filled) == ["application", "summary", "checklist"]
    with pytest.raises(Invalid):
        papers.paper(filled, "cancellation", "pdf")


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("kind", ["application", "summary", "checklist", "change", "cancellation"])
def test_every_paper_in_both_forms_and_languages(cast, kind, form):
    pledge = make.registered(cast)
    with clock.at(make.NOW):
        services.change(
            actor=cast.finance_liaison, pledge=pledge, agreement="演变2023-01", on=make.TODAY, terms=make.terms(amount=8_000_000)
        )
        pledge.refresh_from_db()
        read = pdf_text if form == "pdf" else docx_text
        chinese = read(papers.paper(pledge, kind, form))
        with override("en"):
            english = read(papers.paper(pledge, kind, form))
    for text in (chinese, english):
        if kind != "checklist":
            assert cast.enterprise.name_zh in text
            assert "ZL201810000001.1" in text
        assert pledge.number in text
    assert ("质押" in chinese, "pledge" in english.lower()) == (True, True)


def test_the_change_names_what_was_and_what_is(cast):
    pledge = make.registered(cast)
    with clock.at(make.NOW):
        services.change(
            actor=cast.finance_liaison, pledge=pledge, agreement="演变2023-01", on=make.TODAY, terms=make.terms(amount=8_000_000)
        )
        pledge.refresh_from_db()
        made = papers.sheet(pledge, papers.PaperKind.CHANGE)
    assert made.sections[1].rows == [["金额", "1,000万元", "800万元"]]


def test_the_checklist_holds_the_twelve_grounds_with_what_to_do(cast):
    pledge = make.contracted(cast, make.right(cast, looked_up=False))
    with clock.at(make.NOW):
        made = papers.sheet(pledge, papers.PaperKind.CHECKLIST)
    assert [len(section.rows) for section in made.sections] == [6, 12, 3]
    assert made.sections[1].rows[0][1] == "无法判断"
    assert made.signs == []


def test_fictional_papers_say_so(cast):
    with clock.at(make.NOW):
        assert papers.sheet(make.contracted(cast), papers.PaperKind.SUMMARY).notice


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (clocks.ONLINE, date(2023, 10, 8)),  # the holiday from 29 September to 6 October is free, Saturday and Sunday after it are worked
        (clocks.WINDOW, date(2023, 10, 9)),
        (clocks.PAPER, date(2023, 10, 11)),
    ],
)
def test_the_term_of_the_office_runs_in_working_days(term, expected):
    filed = date(2023, 9, 28)
    assert clocks.due_on(filed, term) == expected
    assert (clocks.is_overdue(filed, expected, term), clocks.is_overdue(filed, date(2023, 10, 12), term)) == (False, True)


def test_only_what_was_read_is_called_verified():
    assert [(term.key, term.is_verified) for term in clocks.TERMS] == [("online", False), ("window", True), ("paper", False)]


def test_a_cured_defect_starts_the_term_of_the_office_anew(cast, client_for):
    pledge = make.filled(cast)
    days = []
    for verb, moment in (("file", "2023-11-20 10:00"), ("note_defect", "2023-11-22 10:00"), ("cure", "2023-11-24 10:00")):
        with clock.at(make_moment(moment)):
            services.looked_up(actor=cast.filer, pledge=pledge)
            services.step(actor=cast.filer, pledge=pledge, verb=verb, reason="合同缺页")
            days.append(clocks.begins_on(pledge))
    assert days == [date(2023, 11, 20), date(2023, 11, 20), date(2023, 11, 24)]
    page = client_for(cast.filer)
    told = []
    for moment in ("2023-12-01 10:00", "2023-12-02 10:00"):
        with clock.at(make_moment(moment)):
            told.append("请向其查询" in page.get(f"/financing/pledges/{pledge.number}/").content.decode())
    assert told == [False, True]
