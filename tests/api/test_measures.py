"""The measures in the API: light and milestones for everybody, no text of a report."""

from __future__ import annotations

import json
from datetime import date

from tests.factories import work as make


def test_measures_with_their_lights(client, cast, at):
    at(make.OVERDUE)
    measure = make.measure(code="M01")
    make.milestone(cast.unit_officer, measure, date(2023, 9, 30))
    make.accepted(cast.unit_officer, cast.secretariat, measure, "2023Q1", done="内部进展")
    answer = client.get(f"/api/v1/plans/{measure.area.plan.slug}/measures")
    row = answer.json()[0]

    assert (row["code"], row["light"], row["progress"], row["progress_from"]) == ("M01", "amber", 0.0, "milestones")
    assert (row["why"], row["overridden"], row["reports_overdue"]) == ("报告逾期5天。", False, ["2023Q2"])
    assert [(each["code"], each["due_on"], each["done_on"]) for each in row["milestones"]] == [("U1", "2023-09-30", None)]
    assert [unit["code"] for unit in row["lead"]] == ["miit-ica"]
    assert "内部进展" not in json.dumps(answer.json(), ensure_ascii=False)
    earlier = client.get(f"/api/v1/plans/{measure.area.plan.slug}/measures?as_of=2023-07-10").json()[0]
    assert (earlier["light"], earlier["reports_overdue"]) == ("red", ["2023Q1"])  # it came in on the 20th
    assert client.get("/api/v1/plans/none/measures").status_code == 404
