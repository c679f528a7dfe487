"""Raw and calibrated scores side by side on the secretariat's page, and in its export."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilotage.review.selection import calibrated
from tests.factories import review as make

pytestmark = pytest.mark.django_db
ADDRESS = "/work/review/5g-factory-directory-2023/calibration/"
# by project, by expert: Gu gives twenty points more than the others on the same projects
GIVEN = {"A-1": {"Li": 7, "Wu": 7}, "A-2": {"Li": 6, "Gu": 8}, "A-3": {"Wu": 6, "Gu": 8}, "A-4": {"Li": 5, "Wu": 5, "Gu": 7}}


def panel(call: Any, cast: Any, given: dict[str, dict[str, int]], experts: dict[str, Any] | None = None) -> dict[str, Any]:
    experts = experts if experts is not None else {}
    for number, scores in given.items():
        who = [experts.setdefault(name, experts.get(name) or make.expert(f"E-{name}")) for name in scores]
        make.reviewed(call, cast.secretariat, list(scores.values()), who, number=number, name=f"保密企业{number}有限公司")
    return experts


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_nothing_is_calibrated_before_a_review_is_finished(call: Any, cast: Any, client_for: Any) -> None:
    make.application(call, "A-1")
    assert calibrated.read(call) is None
    assert "还没有完成的评审" in text(client_for(cast.secretariat).get(ADDRESS))
    book = openpyxl.load_workbook(io.BytesIO(client_for(cast.secretariat).get(f"{ADDRESS}export/").content))
    assert [row for row in book.active.iter_rows(values_only=True) if row[0] and str(row[0]).startswith("A-")] == []


def test_a_lenient_expert_is_taken_from_those_who_had_them(call: Any, cast: Any, client_for: Any) -> None:
    panel(call, cast, GIVEN)
    reading = calibrated.read(call)
    assert reading is not None
    shift = {line.expert.number: line.figures.shift for line in reading.experts}
    by_number = {line.application.number: line for line in reading.projects}

    assert shift["E-Gu"] > 0 > shift["E-Li"]
    assert (reading.scores, reading.is_whole, reading.experts[-1].expert.number, reading.experts[-1].mean) == (
        9,
        True,
        "E-Gu",
        Decimal(230) / 3,
    )
    for number, scores in GIVEN.items():  # what the page says of itself: the raw mean less the mean shift of its experts
        line, mine = by_number[number], [shift[f"E-{name}"] for name in scores]
        assert line.figures.raw == Decimal(sum(scores.values()) * 10 / len(scores)).quantize(Decimal("0.001"))
        assert abs(line.figures.calibrated - (line.figures.raw - sum(mine) / len(mine))) <= Decimal("0.001")
    assert [(by_number[n].raw_place, by_number[n].place, by_number[n].rise) for n in ("A-1", "A-2", "A-4")] == [
        (1, 1, 0),
        (1, 2, -1),
        (4, 4, 0),
    ]

    page = text(client_for(cast.secretariat).get(ADDRESS))
    assert f"+{shift['E-Gu']:.2f}" in page
    assert f"70.00 {by_number['A-2'].figures.calibrated:.2f}" in page
    assert "1 → 2" in page


def test_groups_without_a_common_expert_are_not_compared(call: Any, cast: Any, client_for: Any) -> None:
    panel(call, cast, GIVEN)
    panel(call, cast, {f"B-{name[2]}": {f"{who}2": value for who, value in scores.items()} for name, scores in GIVEN.items()})
    reading = calibrated.read(call)
    assert reading is not None
    assert [(line.application.number, line.place) for line in reading.projects if line.place == 1] == [("A-1", 1), ("B-1", 1)]

    page = text(client_for(cast.secretariat).get(ADDRESS))
    assert "2组申报之间没有共同专家" in page
    assert ("第1组" in page, "第2组" in page) == (True, True)


def test_experts_who_judge_alike_shift_nothing(call: Any, cast: Any, client_for: Any) -> None:
    panel(call, cast, {"A-1": {"Li": 7, "Wu": 7}, "A-2": {"Li": 5, "Wu": 5}, "A-3": {"Li": 9, "Wu": 9}})
    reading = calibrated.read(call)
    assert reading is not None
    assert {line.change for line in reading.projects} == {Decimal(0)}
    assert "各专家尺度一致" in text(client_for(cast.secretariat).get(ADDRESS))


def test_the_export_has_every_application_with_both_scores(call: Any, cast: Any, client_for: Any) -> None:
    panel(call, cast, GIVEN)
    book = openpyxl.load_workbook(io.BytesIO(client_for(cast.auditor).get(f"{ADDRESS}export/").content))
    rows = [row for row in book.active.iter_rows(values_only=True) if row[0] and str(row[0]).startswith("A-")]
    reading = calibrated.read(call)
    assert reading is not None
    assert [(row[0], row[4], row[5], row[6], row[9]) for row in rows] == [
        (line.application.number, line.figures.scores, float(line.figures.raw), float(line.figures.calibrated), line.place)
        for line in reading.projects
    ]


@pytest.mark.parametrize("who", ["outsider", "filer", "expert", "province_officer", "finance_liaison"])
def test_the_page_is_for_secretariat_and_auditors(who: str, call: Any, cast: Any, client_for: Any) -> None:
    panel(call, cast, GIVEN)
    for address in (ADDRESS, f"{ADDRESS}export/"):
        response = client_for(getattr(cast, who)).get(address)
        assert (response.status_code, "保密企业" in response.content.decode(errors="replace")) == (403, False)


def test_the_page_costs_the_same_for_few_and_many(call: Any, cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    experts = panel(call, cast, {"A-1": {"Li": 7, "Wu": 7}})
    counts = []
    for more in ({"A-2": {"Li": 6, "Wu": 8}}, {"A-3": {"Wu": 6, "Li": 8}, "A-4": {"Li": 5, "Wu": 5}, "A-5": {"Li": 7, "Wu": 3}}):
        panel(call, cast, more, experts)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(ADDRESS).status_code == 200
        counts.append(len(queries))
    assert counts == [8, 8]
