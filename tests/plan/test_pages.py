"""The public plan pages: what they say, what each number opens, who sees more, what they cost."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from pilotage.plan.services import load_folder
from tests.factories import directory
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory, lean_folder

pytestmark = pytest.mark.django_db
SLUG = "industrial-internet-2023"


@pytest.fixture
def plan(at: Any) -> Any:
    at("2023-10-31 10:00")
    return load_folder(lean_folder(), actor=None).plan


def page(client: Any, url: str = "/", status: int = 200, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


def address(code: str) -> str:
    return reverse("plan:target", args=[SLUG, code])


def test_without_a_plan_the_page_says_what_to_do(client_for: Any) -> None:
    assert "还没有载入规划" in page(client_for())


def test_the_newest_plan_is_the_home_page(client_for: Any, plan: Any) -> None:
    PlanFactory(starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31), title_zh="往年规划")
    told = page(client_for())
    assert "<h1>工业互联网专项工作组2023年工作计划</h1>" in told
    assert "往年规划" not in told


def test_the_page_says_what_is_entered_and_what_is_not(client_for: Any, plan: Any) -> None:
    told = page(client_for())
    assert "5个方面、11项重点行动、54项措施，已录入21项，量化目标9项。" in told
    assert "其余33项措施在所用资料中未公布。" in told
    assert told.count("归类待核实") == 5
    assert "日期待核实" in told


def test_the_page_in_english(client_for: Any, plan: Any) -> None:
    told = page(client_for(), "/", **{"accept-language": "en"})
    assert "5 areas, 11 key actions, 54 measures, 21 of them entered; 9 quantified targets." in told
    assert "33 measures not published in the sources used." in told
    assert "placement unverified" in told
    assert "at least 3,000" in told


def test_targets_before_anything_was_published(client_for: Any, plan: Any) -> None:
    told = page(client_for())
    assert "结果预计在2024年产生" in told
    assert "专家评审" in told
    assert "下一步：择优确定，11月4日" in told


def test_an_open_call_shows_its_deadline_and_a_closed_one_does_not(client_for: Any, plan: Any, at: Any) -> None:
    assert "目前没有正在征集的事项。" in page(client_for())
    at("2023-08-22 10:00")
    told = page(client_for())
    assert "2023年8月31日17:00" in told
    assert "还有9天" in told
    assert reverse("calls:detail", args=["5g-factory-directory-2023"]) in told


def test_each_number_opens_the_entries_it_counts(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    stage = directory.published(cast, count=3)
    at("2023-12-01 10:00")
    client = client_for()
    told = page(client)
    link = f"/directory/5g-factory/?edition={stage.edition.key}"
    assert f'<a class="figure" href="{link}&amp;as_of=2023-12-01"><span class="visually-hidden">查看记录： </span>3</a>' in told
    opened = page(client, link)
    for entry in stage.entries:
        assert entry.number in opened
    assert f"{link}&amp;province=320000" in told


def test_a_notice_in_its_period_invites_objections(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    stage = directory.opened(cast)
    at("2023-11-14 10:00")
    told = page(client_for())
    assert reverse("directory:objection-create", args=[stage.notice.number]) in told
    assert "拟列入名录" in told
    at("2023-11-20 10:00")
    assert reverse("directory:objection-create", args=[stage.notice.number]) not in page(client_for())


def test_a_draft_notice_and_drafts_never_show(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    stage = directory.prepared(cast)
    at("2023-11-10 10:00")
    for actor in (None, cast.outsider, cast.other_filer, cast.expert):
        told = page(client_for(actor))
        assert stage.notice.number not in told
        assert "拟列入名录" not in told


def test_the_number_of_enterprises_is_public_and_the_records_are_not(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    directory.selected(cast, count=2, reserve=0)
    at("2023-11-08 12:00")
    for actor in (None, cast.outsider, cast.filer):
        told = page(client_for(actor))
        assert '<span class="figure">2</span>' in told
        assert "记录不公开，只公布数量" in told
        for secret in directory.SECRETS:
            assert secret not in told
    told = page(client_for(cast.secretariat))
    assert f'<a class="figure" href="{reverse("calls:application-list")}?call=5g-factory-directory-2023' in told
    assert "记录不公开，只公布数量" not in told


def test_the_map_counts_what_is_asked_for(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    directory.published(cast, count=3)
    at("2023-12-01 10:00")
    assert "建设企业" in page(client_for(), "/?map=building")
    assert "<b>4</b>" in page(client_for(), "/?map=building")  # three listed and one in reserve
    assert "<b>3</b>" in page(client_for(), "/?map=nonsense")


def test_a_target_says_how_it_is_counted(client_for: Any, plan: Any) -> None:
    told = page(client_for(), address("M03-1"))
    assert "截至当日已列入且未移出、未到期的名录条目数" in told
    assert "责任单位提交、秘书处确认的文件" in page(client_for(), address("M06-1"))
    assert "不少于300家" in told
    assert "规划只有文字要求，没有数值，不作统计。" in page(client_for(), address("M07-1"))
    told = page(client_for(), address("M15-1"))
    assert '<p class="figure">0万元</p>' in told
    assert "规划只有文字要求，没有数值；这里显示目前进展。" in told
    uncounted = TargetFactory(measure__area__plan=plan)
    assert "本系统尚未统计该目标" in page(client_for(), address(uncounted.code))
    assert "相差不超过10%时为已完成" in page(client_for(), address("M08-1"))


def test_a_target_is_counted_as_of_a_day(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    directory.published(cast, count=3)
    at("2023-12-01 10:00")
    client = client_for()
    assert '<p class="figure">3<small>家</small></p>' in page(client, address("M03-1"))
    assert '<p class="figure">0<small>家</small></p>' in page(client, address("M03-1") + "?as_of=2023-11-28")
    assert '<p class="figure">3<small>家</small></p>' in page(client, address("M03-1") + "?as_of=2023-11-29")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon", "“soon”不是日期"),
        ("2023-02-30", "“2023-02-30”不是日期"),
        ("2023-11-01", "只能统计到今天为止的日期。"),
        ("<script>", "“&lt;script&gt;”不是日期"),
    ],
)
def test_a_day_that_cannot_be_counted(client_for: Any, plan: Any, text: str, sentence: str) -> None:
    assert sentence in page(client_for(), f"{address('M03-1')}?as_of={text}", 400)


def test_what_is_not_there_is_a_404(client_for: Any, plan: Any) -> None:
    other = TargetFactory(code="X01")
    page(client_for(), "/plans/nothing/", 404)
    page(client_for(), address("nothing"), 404)
    page(client_for(), address(other.code), 404)


def test_the_data_of_the_page_as_csv(client_for: Any, plan: Any) -> None:
    response = client_for().get(reverse("plan:csv", args=[SLUG]))
    assert response["Content-Disposition"] == f'attachment; filename="{SLUG}-2023-10-31.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 24
    listed = next(row for row in rows if row[4] == "M03-1")
    assert listed[:3] + listed[6:13] == ["基础设施", "M03", "建成不少于300家5G工厂", "不少于", "300", "", "家", "2023-12-31", "0", "推进中"]


def test_versions_are_for_the_secretariat_and_auditors(client_for: Any, plan: Any, cast: Any) -> None:
    url = reverse("plan:versions", args=[SLUG])
    for actor in (cast.secretariat, cast.auditor):
        assert "第1版" in page(client_for(actor), url)
    for actor in (cast.outsider, cast.filer, cast.province_officer, cast.expert):
        assert "只有秘书处和审计人员可以查看规划版本。" in page(client_for(actor), url, 403)
    assert client_for().get(url).status_code == 302
    assert url not in page(client_for())
    assert url in page(client_for(cast.secretariat))


def test_versions_show_their_differences(client_for: Any, plan: Any, cast: Any, tmp_path: Any) -> None:
    from tests.factories.plan import edit, folder_copy

    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", "kind: minimum, value: 320,")
    load_folder(folder, actor=cast.secretariat)
    url = reverse("plan:versions", args=[SLUG])
    told = page(client_for(cast.auditor), url)
    assert "plan.areas[infrastructure].measures[M03].targets[M03-1].value" in told
    assert ('<span class="diff-old">300</span>' in told, '<span class="diff-new">320</span>' in told) == (True, True)
    assert "首版" in page(client_for(cast.auditor), f"{url}?version=1")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_whatever_the_plan_holds(client_for: Any, django_assert_num_queries: Any, at: Any, count: int) -> None:
    at("2023-10-31 10:00")
    plan = PlanFactory()
    for area in AreaFactory.create_batch(count, plan=plan):
        for measure in MeasureFactory.create_batch(count, area=area):
            TargetFactory.create_batch(count, measure=measure, value=Decimal(10))
    client = client_for()
    with django_assert_num_queries(QUERIES):
        page(client, reverse("plan:detail", args=[plan.slug]))


QUERIES = 14


def test_the_page_of_an_earlier_day_is_shown_again(client_for: Any, plan: Any, cast: Any, at: Any) -> None:
    stage = directory.published(cast, count=3)
    at("2023-12-01 10:00")
    client = client_for()
    now, before, after = (page(client, f"/?as_of={day}" if day else "/") for day in ("", "2023-11-28", "2023-11-29"))
    link = f"/directory/5g-factory/?edition={stage.edition.key}"
    assert f'{link}&amp;as_of=2023-12-01"><span class="visually-hidden">查看记录： </span>3</a>' in now
    assert f'{link}&amp;as_of=2023-11-29"><span class="visually-hidden">查看记录： </span>3</a>' in after
    assert "<b>3</b>" in after  # on the map
    assert ("拟列入名录" in before, ">列入名录<" in before, "拟列入名录" in after) == (True, False, False)
    assert "这是截至2023年11月28日24:00的规划情况。" in before
    assert "这是截至" not in now
    assert "as_of=2023-11-28&amp;map=building#places" in before
    assert f'href="{address("M03-1")}?as_of=2023-11-28"' in before
    assert "当日没有正在征集的事项。" in before


@pytest.mark.parametrize(("text", "sentence"), [("2023-13-01", "“2023-13-01”不是日期"), ("2024-01-01", "只能统计到今天为止的日期。")])
def test_a_day_the_page_cannot_show(client_for: Any, plan: Any, text: str, sentence: str) -> None:
    told = page(client_for(), f"/?as_of={text}", 400)
    assert sentence in told
    assert '截至<time datetime="2023-10-31">' in told
