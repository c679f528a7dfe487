"""A small book with everything in it; words, places and figures are made up."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image

from pilotage.core import charts, markup
from pilotage.publications.books.model import Book, BookLanguage, Figure, Part, Table

TEXT = """\
## 问题

**产线**调整时布线周期长。 <script>alert(1)</script> #read("secret.txt") [site](https://example.org/)

| 指标 | 之后 |
|---|--:|
| 效率 | 18 |

![产线现场](figure:plant)
"""


def jpeg(colour: str = "#336699", size: tuple[int, int] = (60, 40)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


def case(number: int, **changes: object) -> Part:
    given = {
        "facts": (("企业", f"虚构企业{number}"), ("地区", "广东省深圳市")),
        "figures": (Figure("plant", "产线", image=jpeg()),),
        "terms": (("行业索引", "电子信息"), ("场景索引", "机器视觉质检")),
    } | changes
    return Part(f"case-{number}", f"案例{number} & <b>", markup.parse(TEXT), **given)  # type: ignore[arg-type]


def book(language: BookLanguage = "zh", **changes: object) -> Book:
    chart = charts.bars([("电子信息", 2, "")], title="案例数", width=560)
    table = Table("场景分布", ("场景", "案例数"), (("机器视觉质检", "2"),), note="数据截至2023年10月。")
    overview = Part("overview", "总体情况", (*markup.parse("共2个。"), Figure("by-industry", "各行业案例数", svg=chart.svg), table))
    group = Part("electronics", "电子信息", markup.parse("本章2个案例。"), parts=(case(1), case(2)))
    given = {
        "identifier": "urn:pilotage:test:1",
        "title": "5G工厂典型案例集",
        "subtitle": "测试",
        "publisher": "虚构单位",
        "language": language,
        "number": "案例〔2023〕1号",
        "issued_on": date(2023, 10, 31),
        "foreword": markup.parse("为推广经验，编制本集。"),
        "parts": (overview, group),
        "indexes": ("行业索引", "场景索引"),
        "notice": "演示数据：全部内容为虚构。",
    } | changes
    return Book(**given)  # type: ignore[arg-type]
