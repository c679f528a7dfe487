"""Charts: everything inside the picture, nothing over anything else, whatever the data."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from pilotage.core.charts import (
    Chart,
    FunnelRow,
    Pair,
    SpreadRow,
    bars,
    fan,
    funnel,
    lines,
    pairs,
    png,
    sparkline,
    spread,
    tiles,
    with_heading,
)
from pilotage.core.charts.axes import apart, day_ticks, ticks
from pilotage.core.charts.canvas import BAND_50, BAND_80, BAND_95, shortened, width_of

SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart: Chart) -> ElementTree.Element:
    root = ElementTree.fromstring(chart.svg)
    assert root.get("viewBox") == f"0 0 {chart.width} {chart.height}"
    assert "style=" not in chart.svg
    return root


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and words of every text."""
    found = []
    for text in root.iter(f"{SVG}text"):
        words, size = text.text or "", float(text.get("font-size", "12"))
        width, x, y = width_of(words, size), float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
        found.append((left, y - size * 0.8, left + width, y + size * 0.2, words))
    return found


def places(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Every corner that is drawn."""
    found = []
    for shape in root.iter():
        get = shape.get
        if shape.tag == f"{SVG}line":
            found += [(float(get("x1", "")), float(get("y1", ""))), (float(get("x2", "")), float(get("y2", "")))]
        elif shape.tag == f"{SVG}rect":
            x, y = float(get("x", "")), float(get("y", ""))
            found += [(x, y), (x + float(get("width", "")), y + float(get("height", "")))]
        elif shape.tag == f"{SVG}circle":
            found.append((float(get("cx", "")), float(get("cy", ""))))
        elif get("points"):
            found += [(float(x), float(y)) for x, y in (pair.split(",") for pair in get("points", "").split())]
    return found


def holds(chart: Chart) -> ElementTree.Element:
    """Nothing leaves the picture, no two words touch."""
    root = parsed(chart)
    outside = [(x, y) for x, y in places(root) if not (-1 <= x <= chart.width + 1 and -1 <= y <= chart.height + 1)]
    assert outside == []
    written = boxes(root)
    assert [box for box in written if box[0] < -1 or box[2] > chart.width + 1 or box[1] < -1 or box[3] > chart.height + 1] == []
    touching = [
        (one[4], other[4])
        for one, other in combinations(written, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert touching == []
    return root


def band(day: date, median: float, spread: float) -> Any:
    steps = {"q025": -1.96, "q10": -1.28, "q25": -0.67, "q50": 0, "q75": 0.67, "q90": 1.28, "q975": 1.96}
    return SimpleNamespace(day=day, **{key: median + step * spread for key, step in steps.items()})


HISTORY = [(date(2023, month + 1, 1) - timedelta(days=1), 1600 + 125.0 * month) for month in range(1, 11)]
AHEAD = [band(date(2023, 11, 30), 3030, 60), band(date(2023, 12, 31), 3180, 100)]


def drawn(history: Any = HISTORY, bands: Any = AHEAD, **options: Any) -> Chart:
    options = {
        "goal": 3000,
        "goal_label": "目标 3,000",
        "title": "建设企业",
        "unit": "家",
        "end_label": "年底",
        "empty": "还没有数据。",
        **options,
    }
    return fan(history, bands, day_label=lambda day: f"{day.month}月", **options)


@pytest.mark.parametrize("size", [(860, 360), (640, 300), (358, 240)])
def test_a_fan_stays_inside_its_picture_and_its_words_do_not_touch(size):
    root = holds(drawn(size=size))

    assert root.get("role") == "img"
    assert root[0].text == "建设企业"
    assert [box[4] for box in boxes(root)][-5:][-3:] == ["95%", "80%", "50%"]


def test_wider_bands_lie_behind_narrower_ones():
    fills = [shape.get("fill") for shape in parsed(drawn()).iter(f"{SVG}polygon")]

    assert fills == [BAND_95, BAND_80, BAND_50]


def test_bands_grow_out_of_the_last_day_counted_and_the_median_is_dashed():
    root = parsed(drawn())
    median, past = list(root.iter(f"{SVG}polyline"))

    assert past.get("points", "").split()[-1] == median.get("points", "").split()[0]
    assert (median.get("stroke-dasharray"), past.get("stroke-dasharray")) == ("2 4", None)


def test_the_end_says_the_median_and_the_interval():
    words = [box[4] for box in boxes(parsed(drawn(dash="—")))]

    assert "年底 3,180" in words
    assert "3,052—3,308" in words


@pytest.mark.parametrize(("size", "end"), [((860, 360), ["年底 799"]), ((358, 240), ["年底", "799"])])
def test_what_is_settled_has_no_interval(size, end):
    words = [box[4] for box in boxes(holds(drawn([(HISTORY[0][0], 799.0)], [band(date(2023, 12, 31), 799, 0)], size=size)))]

    assert [said for said in words if "799" in said or "年底" in said] == end


@pytest.mark.parametrize(
    ("history", "bands", "goal"),
    [
        (HISTORY[:1], [], 3000),
        (HISTORY[:1], AHEAD, None),
        ([], AHEAD, 3000),
        ([(day, 0.0) for day, _ in HISTORY], [], None),
        ([(day, value * 1e9) for day, value in HISTORY], [], 3e12),
        ([(day, value - 5000) for day, value in HISTORY], [], -2000),
        ([(day, value / 1e5) for day, value in HISTORY], [], 0.03),
        ([(HISTORY[0][0], float("nan")), *HISTORY[1:]], AHEAD, float("inf")),
        (HISTORY, [band(date(2033, 12, 31), 9e9, 2e9)], 3000),
        ([(HISTORY[0][0], 5.0), (HISTORY[0][0] + timedelta(days=1), 5.0)], [], 5),
    ],
)
@pytest.mark.parametrize("size", [(860, 360), (358, 240)])
def test_a_fan_holds_whatever_the_data(history, bands, goal, size):
    holds(drawn(history, bands, goal=goal, goal_label="目标", size=size))


def test_a_fan_without_data_says_so():
    assert [box[4] for box in boxes(holds(drawn([], [])))] == ["还没有数据。"]


def test_words_are_escaped():
    hostile = '<script>alert("x")</script>&\x00'
    chart = drawn(title=hostile, goal_label=hostile, unit=hostile, end_label=hostile, size=(1600, 360))

    root = parsed(chart)
    assert root[0].text == '<script>alert("x")</script>&'
    assert "<script" not in chart.svg


def test_the_axis_of_a_fan_starts_near_values_that_lie_far_above_zero_and_its_foot_is_labelled():
    high = [(day, 100_000 + value) for day, value in HISTORY]
    words = {box[4] for box in boxes(parsed(drawn(high, [], goal=None)))}

    assert "0" not in words
    assert "101,000" in words or "101,500" in words


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 9), (0, 97), (-5, 5), (0, 1e15), (0.001, 0.0012), (0, 0), (3, 3), (-7, -7)])
def test_ticks_hold_the_values_and_print_differently(low, high):
    label = "{:,.6g}".format
    found = ticks(low, high, label=label)

    assert found[0] <= low
    assert found[-1] >= high
    assert len(found) <= 8
    assert len({label(value) for value in found}) == len(found)


def test_whole_labels_are_not_printed_twice():
    assert ticks(0, 2, label="{:.0f}".format) == [0, 1, 2]


@pytest.mark.parametrize("days", [0, 1, 5, 20, 45, 60, 200, 400, 2000, 9000])
def test_labels_of_days_leave_each_other_room(days):
    first = date(2023, 1, 20)
    found = day_ticks(first, first + timedelta(days=days), 300, lambda day: f"{day.year}年{day.month}月{day.day}日")

    assert 1 <= len(found) <= 4
    assert all(first <= day <= first + timedelta(days=days) for day, _ in found)


def test_places_are_moved_apart_inside_their_room():
    assert apart([10, 12, 50], 15, 0, 100) == [10, 25, 50]
    assert apart([95, 97, 99], 15, 0, 100) == [70, 85, 100]


def test_long_words_are_cut():
    assert shortened("工业互联网", 40) == "工业…"
    assert shortened("short", 400) == "short"


@pytest.mark.parametrize(
    ("values", "goal", "ahead"),
    [
        ([], None, None),
        ([None, None], 5, (1, 2)),
        ([4], 5, None),
        ([1, None, 3, 9], 12, (9, 14)),
        ([-3, 2e12], 0, (5, 5)),
        ([0, 0], 0, None),
        ([float("nan"), 2], float("nan"), (float("nan"), 1)),
    ],
)
def test_a_sparkline_stays_inside(values, goal, ahead):
    root = holds(sparkline(values, goal=goal, tone="warn", ahead=ahead))

    assert root.get("aria-hidden") == "true"


def test_a_sparkline_with_a_title_is_read():
    assert parsed(sparkline([1, 2], goal=3, title="走势")).get("aria-label") == "走势"


def test_a_chart_leaves_the_page_with_its_title_and_its_source():
    chart = with_heading(drawn(), "开展5G工厂建设的企业", "截至10月31日")

    words = [box[4] for box in boxes(parsed(chart))]
    assert (words[0], words[-1]) == ("开展5G工厂建设的企业", "截至10月31日")


def test_a_picture_has_the_asked_size_and_shows_chinese(tmp_path):
    from io import BytesIO

    from PIL import Image

    chart = sparkline([1, 2], goal=3)
    with_words, other_words = (Image.open(BytesIO(png(with_heading(chart, words), 2.0))) for words in ("工业互联网", "某某某某某"))

    assert with_words.size == (272, 148)
    assert with_words.tobytes() != other_words.tobytes()  # a missing character would be drawn as nothing, both alike


LONG = "计算机、通信和其他电子设备制造业以及其他很长的名称"
VALUES = [
    [97.0, 41.0, 0.0, None],
    [-5.0, 12.0, -300.0, 7.0],
    [2e12, 3e11, 1.0, 5e8],
    [0.0, 0.0],
    [0.001, 0.0004],
    [float("nan"), float("inf"), 3.0],
    [5.0],
]


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("width", [420, 326, 860])
def test_bars_hold_whatever_the_data(values, width):
    rows = [(LONG if place == 1 else f"第{place}类", value, "32%") for place, value in enumerate(values)]

    holds(bars(rows, title="按行业", width=width))


def test_the_longest_bar_fills_its_track_and_an_unknown_one_has_a_dash_and_no_bar():
    root = parsed(bars([("甲", 80, ""), ("乙", 40, ""), ("丙", None, "")], title="t"))
    widths = [float(rect.get("width", "")) for rect in root.iter(f"{SVG}rect")]

    assert len(widths) == 5
    track, longest, _track, half, last = widths
    assert (longest, half, last) == (track, pytest.approx(track / 2, abs=0.01), track)
    assert "–" in [box[4] for box in boxes(root)]


def test_a_name_too_long_is_cut_and_said_in_full():
    chart = bars([(LONG, 3, "")], title="t", width=326)

    assert any(box[4].endswith("…") for box in boxes(parsed(chart)))
    assert f"<title>{LONG}</title>" in chart.svg


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("count", [1, 2, 9])
@pytest.mark.parametrize("size", [(640, 300), (326, 220)])
def test_lines_hold_whatever_the_data(values, count, size):
    days = [date(2023, 1, 31) + timedelta(days=30 * place) for place in range(len(values))]
    series = [(f"{LONG}{n}", list(zip(days, values, strict=True))) for n in range(count)]

    holds(lines(series, title="t", unit="家", goal=3, goal_label="目标 3", day_label=lambda day: f"{day.month}月", size=size))


def test_series_are_told_apart_by_more_than_their_colour():
    days = [date(2023, 1, 1), date(2023, 2, 1)]
    root = parsed(lines([(name, [(days[0], 1), (days[1], 2)]) for name in "甲乙丙"], title="t"))

    assert len({line.get("stroke-dasharray") for line in root.iter(f"{SVG}polyline")}) == 3


@pytest.mark.parametrize(
    "rows",
    [
        [SpreadRow(LONG, -5, 4, 9, 15, 40, 120), SpreadRow("乙", 0, 10, 22, 35, 60, 88)],
        [SpreadRow("甲", 3, 3, 3, 3, 3, 1)],
        [SpreadRow("甲", -2e9, -1e9, 0, 1e9, 4e12, 1)],
        [SpreadRow("甲", 0, 0, 0, 0, 0, 0), SpreadRow("乙", float("nan"), 0, 0, 0, 0, 4)],
        [],
    ],
)
@pytest.mark.parametrize("width", [560, 326])
def test_spreads_hold_whatever_the_data(rows, width):
    holds(spread(rows, title="成效", unit="%", heads=("中位数", "家数"), empty="还没有数据。", width=width))


def test_a_box_runs_from_quarter_to_quarter():
    root = parsed(spread([SpreadRow("甲", 0, 25, 50, 75, 100, 9)], title="t"))
    box = next(root.iter(f"{SVG}rect"))
    lines_ = [line for line in root.iter(f"{SVG}line") if line.get("stroke-width") == "1.5"]
    left, right = float(lines_[0].get("x1", "")), float(lines_[0].get("x2", ""))

    assert float(box.get("x", "")) == pytest.approx(left + (right - left) / 4, abs=0.02)
    assert float(box.get("width", "")) == pytest.approx((right - left) / 2, abs=0.02)


@pytest.mark.parametrize("width", [420, 326])
def test_a_funnel_holds_and_opens_its_records(width):
    rows = [FunnelRow("企业提交", 3412, url="/applications/?a=1&b=2"), FunnelRow(LONG, 2207, "65%", "8天"), FunnelRow("入选", 0, "0%", "–")]
    root = holds(funnel(rows, title="f", heads=("环节", "项", "通过", "中位用时"), width=width))

    assert [link.get("href") for link in root.iter(f"{SVG}a")] == ["/applications/?a=1&b=2"]


@pytest.mark.parametrize(
    "counts", [{}, {"320000": 97, "110000": 1}, {"320000": 0.31, "110000": 2.5}, {"320000": 12_345_678}, {"320000": float("nan")}]
)
@pytest.mark.parametrize("width", [400, 326])
def test_tiles_hold_whatever_the_data(counts, width):
    root = holds(tiles(counts, title="t", english=False, unit="家", width=width))

    assert len([rect for rect in root.iter(f"{SVG}rect") if rect.get("rx") == "4"]) == 34


def test_tiles_say_zero_and_show_a_dash_outside_and_lead_on():
    root = parsed(tiles({"320000": 97}, title="t", english=True, url_pattern="/x/?p={code}"))
    said = {group[0].text for group in root.iter(f"{SVG}g")}

    assert {"Jiangsu 97", "Beijing 0", "Hong Kong –"} <= said
    assert len(list(root.iter(f"{SVG}a"))) == 31


@pytest.mark.parametrize("chart", [bars([], title="t", empty="空"), lines([("甲", [])], title="t", empty="空")])
def test_a_chart_without_rows_says_so(chart):
    assert [box[4] for box in boxes(holds(chart))] == ["空"]


@pytest.mark.parametrize(
    "rows",
    [
        [Pair(LONG, 12, 18.5, "+54.2%", True), Pair("乙", 4e11, 0, "−100%", False), Pair("丙", 0, 0)],
        [Pair("负", -1, 3, "+1%", True), Pair("数", 3, float("nan")), Pair("甲", 3, 3)],
        [Pair("负", -1, 3)],
    ],
)
@pytest.mark.parametrize("width", [600, 326])
def test_pairs_hold_whatever_the_data(rows, width):
    holds(pairs(rows, title="成效", before="实施前", after="实施后", empty="没有可比的数据。", width=width))


def test_of_a_pair_the_longer_bar_fills_its_room():
    bars_ = list(parsed(pairs([Pair("甲", 10, 5), Pair("乙", 1, 2)], title="t", before="b", after="a")).iter(f"{SVG}rect"))[2:]
    first, half, low, full = (float(each.get("width", "")) for each in bars_)

    assert first == full
    assert (half, low) == (pytest.approx(first / 2, abs=0.02), pytest.approx(first / 2, abs=0.02))
