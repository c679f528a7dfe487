from __future__ import annotations

from typing import Any

import pytest

from pilotage.calls import services
from pilotage.calls.loading import load_calls
from pilotage.calls.models import Application, Call, CallVersion, Quota, Recommender
from pilotage.calls.rules import visible_calls
from pilotage.calls.selectors import form_of, stage_open
from pilotage.core.verdict import Invalid
from tests.factories import calls as make

KINDS = {"province": 31, "planned_city": 5, "xpcc": 1, "communications": 31}


def stages(changed: str, **values: Any) -> list[dict[str, Any]]:
    return [stage | values if stage["key"] == changed else stage for stage in make.call_document()["stages"]]


@pytest.fixture
def call(db: None) -> Call:
    return make.call()


def test_the_shipped_call_becomes_rows(call: Call, cast: Any) -> None:
    assert (call.year, call.title_zh, call.measure_code) == (2023, "2023年5G工厂名录", "M02,M03,M04,M05")
    assert [stage.key for stage in call.stages.all()] == [stage["key"] for stage in make.call_document()["stages"]]
    apply = call.stage("apply")
    assert (apply.opens_at, apply.closes_at) == (make.moment("2023-08-01T09:00"), make.moment("2023-08-31T17:00"))
    assert call.stage("publish").options["prefix"] == "5GF"
    assert {kind: Recommender.objects.filter(kind=kind).count() for kind in KINDS} == KINDS
    dalian = Recommender.objects.get(code="210200")
    assert (dalian.province_id, dalian.prefecture_id) == ("210000", "210200")
    assert set(Quota.objects.values_list("limit", "is_verified")) == {(None, False)}
    assert Quota.objects.count() == 37
    assert next(iter(form_of(call.current).by_key)) == "enterprise_name"
    assert "recommenders" not in call.current.content["codes"]
    assert list(visible_calls(cast.outsider)) == list(visible_calls(None)) == [call]


def test_the_same_file_again_changes_nothing(call: Call) -> None:
    assert load_calls(call.plan, [make.call_document()], None) == []
    assert (CallVersion.objects.count(), Recommender.objects.count()) == (1, sum(KINDS.values()))


def test_a_changed_file_makes_a_version_and_applications_keep_theirs(call: Call, cast: Any) -> None:
    application = make.application(call, cast.filer, cast.enterprise)
    title = {"zh": "改过的标题", "en": "Changed"}
    assert load_calls(call.plan, [make.call_document(title=title)], None) == ["5g-factory-directory-2023：第2版"]
    call.refresh_from_db()
    assert (call.title_zh, call.current.number) == ("改过的标题", 2)
    assert Application.objects.select_related("version").get(pk=application.pk).version.number == 1


def test_what_the_secretariat_set_stays_unless_the_file_says_otherwise(call: Call, cast: Any) -> None:
    jiangsu, stage, later = Recommender.objects.get(code="320000"), call.stage("apply"), make.moment("2023-09-03T17:00")
    services.set_stage_dates(actor=cast.secretariat, call=call, stage=stage, opens_at=stage.opens_at, closes_at=later, reason="延期")
    services.set_quota(actor=cast.secretariat, call=call, recommender=jiangsu, limit=40)
    make.call(title={"zh": "只改标题", "en": ""})
    assert Call.objects.get().stage("apply").closes_at == later
    assert Quota.objects.get(call=call, recommender=jiangsu).limit == 40
    quotas = {"default": None, "limits": {"320000": 97}, "verified": True}
    make.call(stages=stages("apply", closes="2023-09-10T17:00"), quotas=quotas)
    assert Call.objects.get().stage("apply").closes_at == make.moment("2023-09-10T17:00")
    assert list(Quota.objects.filter(call=call, limit__isnull=False).values_list("recommender__code", "limit", "is_verified")) == [
        ("320000", 97, True)
    ]


def test_a_stage_taken_out_goes_and_a_new_one_comes(call: Call) -> None:
    kept = [stage for stage in make.call_document()["stages"] if stage["key"] != "re_evaluate"]
    make.call(stages=[*kept, {"key": "defence", "kind": "defence", "title": {"zh": "答辩", "en": "Defence"}}])
    assert [stage.key for stage in Call.objects.get().stages.all()][-2:] == ["update", "defence"]


def test_a_faulty_form_loads_nothing(call: Call) -> None:
    broken = {"version": 2, "sections": [{"key": "s", "title": {"zh": "节"}, "fields": [{"key": "a", "type": "hologram"}]}]}
    with pytest.raises(Invalid):
        load_calls(call.plan, [make.call_document(call="second"), make.call_document(form=broken)], None)
    assert (Call.objects.count(), CallVersion.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "instant", "reason"),
    [
        ("apply", "2023-08-01T08:59", "“企业申报”于2023年8月1日09:00开始。"),
        ("apply", "2023-08-31T16:59", ""),
        ("apply", "2023-08-31T17:00", "“企业申报”已于2023年8月31日17:00截止。"),
        ("accept", "2023-01-01T00:00", ""),
        ("defence", "2023-08-31T16:59", "本次申报没有“答辩”环节。"),
    ],
)
def test_when_a_stage_is_open(kind: str, instant: str, reason: str, call: Call) -> None:
    verdict = stage_open(call, kind, make.moment(instant))
    assert (verdict.allowed, str(verdict.reason)) == (not reason, reason)
