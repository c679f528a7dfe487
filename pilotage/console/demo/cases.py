"""Cases told by listed enterprises of the fictional year. Every problem, solution and picture is made up and says so."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from pilotage.accounts.models import User
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.console.demo import people
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.publications.cases import content, pictures, publishing, services
from pilotage.publications.cases.models import CaseStudy

MANY, PICTURED = 24, 6
# scenario -> what was wrong, and what it was called in a title; Chinese and English
PROBLEMS: dict[str, tuple[str, str, str, str]] = {
    "01": (
        "设计变更靠邮件往返，工艺和设备部门拿到的版本不一致，试制返工多。",
        "Design changes went by e-mail; departments worked from different versions, and trial runs were repeated.",
        "让设计变更一次到位",
        "design changes that arrive once",
    ),
    "02": (
        "高温、粉尘岗位需要人员近距离操作，招工难，换班时停机时间长。",
        "Hot and dusty posts needed people close by; hiring was hard and shift changes stopped the line.",
        "远离高温岗位的操控",
        "operating from away from the heat",
    ),
    "03": (
        "多台设备各自控制，节拍对不齐，前后工序互相等待。",
        "Machines ran on their own clocks and waited for each other.",
        "设备协同消除等待",
        "machines that no longer wait",
    ),
    "04": (
        "订单小批量多品种，换线一次要停产半天，旺季交付延误。",
        "Small and varied orders: each changeover stopped production for half a day.",
        "缩短换线时间",
        "shorter changeovers",
    ),
    "05": (
        "新员工装配差错多，师傅在多个工位之间来回指导，培训周期长。",
        "New workers made assembly errors, and the few experienced ones ran between posts.",
        "让新员工装得准",
        "right assembly by new workers",
    ),
    "06": (
        "人工目检漏检率高，夜班尤其严重，客户退货造成返工损失。",
        "Manual inspection missed defects, above all at night, and returns cost rework.",
        "夜班漏检的治理",
        "fewer missed defects at night",
    ),
    "07": (
        "关键设备突发停机，故障原因靠经验判断，平均要停四小时以上。",
        "Key equipment stopped without warning, and finding the cause took hours.",
        "突发停机的诊断",
        "diagnosing sudden stops",
    ),
    "08": (
        "厂内物料靠叉车和纸单，缺料和错送频繁，线边库存积压。",
        "Forklifts and paper slips led to missing and misplaced material.",
        "线边缺料的治理",
        "no more missing material at the line",
    ),
    "09": (
        "厂区管廊长、点位多，人工巡检一圈要两小时，隐患发现不及时。",
        "A round of inspection took two hours, and faults were found late.",
        "无人巡检替代长距离巡查",
        "unmanned rounds over long distances",
    ),
    "10": (
        "现场数据靠抄表，异常要到交接班才发现，质量波动找不到原因。",
        "Readings were taken by hand, and deviations were noticed at shift change only.",
        "现场异常的及时发现",
        "noticing deviations in time",
    ),
    "13": (
        "空压、制冷等公用设备全天满负荷，能耗高，分摊不到产品。",
        "Compressors and chillers ran at full load all day, and nobody knew which product used what.",
        "公用设备的节能",
        "saving energy in utilities",
    ),
    "15": (
        "客户追溯一批产品要翻几天纸质记录，召回范围说不清。",
        "Tracing one batch took days of paper records.",
        "批次追溯从几天到几分钟",
        "tracing a batch in minutes",
    ),
    "16": (
        "轴承、刀具到期才换或坏了才换，备件浪费和意外停机并存。",
        "Parts were changed too early or too late.",
        "备件更换的预测",
        "changing parts at the right time",
    ),
}
USUAL = "10"
FICTIONAL_ZH, FICTIONAL_EN = "（演示案例，内容虚构。）", "(Demonstration case; its contents are made up.)"


def write_cases(offices: people.Offices, report: Callable[[str], None], many: int = MANY) -> list[CaseStudy]:
    """Begin, write, approve and publish cases of listed projects in December; one is left being written."""
    chance = random.Random(20231201)
    listed = Application.objects.filter(state=ApplicationState.LISTED, kind="new", entry__edition__directory__slug="5g-factory")
    # all over the directory, so that provinces and industries differ
    keys = list(listed.order_by("entry__number").values_list("pk", flat=True))
    many = min(many, len(keys) - 1)
    chosen = keys[:: max(1, len(keys) // (many + 1))][: many + 1]
    told = list(listed.filter(pk__in=chosen).select_related("call", "version", "enterprise", "created_by").order_by("entry__number"))
    cases = []
    for number, application in enumerate(told):
        begun = local_moment(2023, 12, 4) + timedelta(days=number % 12, minutes=number * 7)
        with clock.at(begun), transaction.atomic():
            cases.append(_write(application, offices.secretariat[0], number, chance, is_open=number == many))
    report(f"{len(cases)} cases written")
    return cases


def _write(application: Application, editor: User, number: int, chance: random.Random, *, is_open: bool) -> CaseStudy:
    filer = application.created_by
    case = services.start_case(actor=editor, application=application)
    scenario = chance.choice([code for code in case.data.get("scenarios", []) if code in PROBLEMS] or [USUAL])
    services.save_draft(actor=filer, case=case, values=_words(case, scenario), base_version=case.draft_version)
    if is_open:
        services.comment(actor=editor, case=case, section="problem", text="请补充停机次数和时间的统计口径。（演示）")
        return case
    if number < PICTURED:
        pictures.add_picture(
            actor=filer, case=case, upload=_drawing(number), caption_zh="现场示意（演示图片）", caption_en="Sketch of the site (demo)"
        )
    for person in (filer, editor):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    items = publishing.items_of(case)
    kept_back = items[-1:] if number % 5 == 4 else []
    publishing.give_consents(actor=filer, case=case, items=[item for item in items if item not in kept_back or item == content.TEXT])
    return publishing.publish(actor=editor, case=case)


def _words(case: CaseStudy, scenario: str) -> dict[str, Any]:
    problem_zh, problem_en, short_zh, short_en = PROBLEMS[scenario]
    title = case.data["title_zh"]
    name = content.named(case.codes, "scenarios", scenario)
    row: dict[str, str] = next((row for row in case.codes.get("scenarios", []) if row["code"] == scenario), {})
    return {
        "title_zh": f"{title}：{short_zh}"[: content.TITLE_LONGEST],
        "title_en": f"5G factory: {short_en}",
        "summary_zh": f"以“{row.get('zh', name)}”为切入点，{short_zh}。{FICTIONAL_ZH}",
        "summary_en": f"Begun with “{row.get('en', name)}”: {short_en}. {FICTIONAL_EN}",
        "problem_zh": f"{problem_zh}{FICTIONAL_ZH}",
        "problem_en": f"{problem_en} {FICTIONAL_EN}",
    }


def _drawing(number: int) -> SimpleUploadedFile:
    """A plain sketch of machines along a line, no photograph."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1200, 720), "#f0f5fb")
    pen = ImageDraw.Draw(image)
    pen.rectangle((80, 470, 1120, 500), fill="#bfd5ec")
    for place in range(5):
        left, height = 120 + place * 200, 120 + 40 * ((place * 3 + number) % 5)
        pen.rectangle((left, 470 - height, left + 130, 470), fill=("#14539a", "#5a90c6", "#8fb5dc")[(place + number) % 3])
        pen.line((left + 65, 470 - height, left + 65, 120), fill="#5a90c6", width=3)
    pen.rectangle((80, 90, 1120, 122), fill="#dfeaf6", outline="#8fb5dc", width=2)
    out = io.BytesIO()
    image.save(out, "PNG")
    return SimpleUploadedFile(f"sketch-{number + 1}.png", out.getvalue())
