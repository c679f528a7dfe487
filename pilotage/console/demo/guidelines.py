"""A guideline in the fictional year: laid open in December, commented on, answered, issued, and revised in January. Text and comments are made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from pilotage.accounts.models import User
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.plan.models import Measure
from pilotage.plan.work import services as work
from pilotage.publications.guidelines import issuing, rounds, services
from pilotage.publications.guidelines.models import CommentRound, Guideline

SLUG = "electronic-information"
OPENED, CLOSES, ANSWERED, ISSUED = (2023, 12, 1), "2023-12-20", (2023, 12, 22), (2023, 12, 27)
REVISED = (2024, 1, 5)
MEASURE, TARGET = "M10", "M10-1"
# chapter, paragraph, name, organisation, whether it may be published, text, what becomes of it, the answer. Fictional.
COMMENTS = (
    (
        "scope", "2", "林越（演示）", "澄湖电子（虚构）", True,
        "建议写明本指南与名录评价要求的关系，避免被当作强制条件。", "adopt", "采纳。已在适用范围中写明不设强制要求。",
    ),
    (
        "path", "4", "何清（演示）", "", False,
        "覆盖宜写明测试点密度，例如每个工位至少一个测试点。", "adopt_partly", "部分采纳。写明按工位实测；测试点密度因产线而异，不作统一规定。",
    ),
    (
        "path", "6", "苏南（演示）", "望江通信（虚构）", True,
        "建议推荐具体的网络切片参数。", "decline", "未采纳。参数与设备和频段有关，不宜在行业指南中规定。",
    ),
    (
        "effects", "1", "周启（演示）", "", False,
        "建议说明不良率等指标的计算口径。", "adopt", "采纳。已在术语中说明成效指标须前后可比。",
    ),
)  # fmt: skip
PATH_ZH = "- 覆盖：按工位实测，不以面积估算；\n"
PATH_ZH_NEW = "- 覆盖：按工位实测，不以面积估算，室外堆场和连廊一并测量；\n"
PATH_EN = "- coverage: measured at each station, not estimated by area;\n"
PATH_EN_NEW = "- coverage: measured at each station, not estimated by area, yards and passages outdoors included;\n"


class Guidelines:
    def __init__(self, first: User, second: User, report: Callable[[str], None]) -> None:
        self.first, self.second, self.report = first, second, report
        self.guideline = Guideline.objects.get(slug=SLUG)

    def at_year_end(self) -> None:
        """From the draft to the second revision."""
        with clock.at(_at(OPENED)):
            opened = rounds.open_round(actor=self.first, guideline=self.guideline, closes_on=CLOSES)
        for day, given in enumerate(COMMENTS, 4):
            with clock.at(_at((2023, 12, day))):
                self._comment(opened, given)
        with clock.at(_at(ANSWERED)), transaction.atomic():
            self._answer(opened)
        self._issue("演示指南〔2023〕1号", ISSUED, "2023-12-25")
        self._deliver("演示指南〔2023〕1号")
        with clock.at(_at(REVISED)):
            issuing.revise(actor=self.first, guideline=self.guideline, reason="补充室外区域的覆盖测量，更新数据。（演示）")
            self._write("zh-hans", PATH_ZH, PATH_ZH_NEW)
            self._write("en", PATH_EN, PATH_EN_NEW)
        self._issue("演示指南〔2024〕1号", (2024, 1, 6), "2024-01-04")
        self.report("a guideline is laid open, answered, issued and revised")

    def _comment(self, opened: CommentRound, given: tuple[str, str, str, str, bool, str, str, str]) -> None:
        chapter, paragraph, name, organisation, is_named, text, _verb, _reason = given
        values = {
            "chapter": chapter,
            "paragraph": paragraph,
            "name": name,
            "organisation": organisation,
            "is_named": is_named,
            "text": text,
        }
        rounds.comment(round_=opened, email="reader@demo.example", values={**values, "language": "zh-hans"})

    def _answer(self, opened: CommentRound) -> None:
        rounds.close_round(actor=self.first, guideline=self.guideline)
        for comment, given in zip(opened.comments.order_by("id"), COMMENTS, strict=True):
            rounds.answer(actor=self.first, comment=comment, verb=given[6], reason=f"{given[7]}（演示）")
        rounds.publish_answers(
            actor=self.first,
            guideline=self.guideline,
            summary_zh="共收到意见4条：采纳2条，部分采纳1条，未采纳1条。（演示，内容虚构）",
            summary_en="Four comments: two adopted, one in part, one not. (Demo, invented.)",
        )

    def _issue(self, number: str, day: tuple[int, int, int], as_of: str) -> None:
        with clock.at(_at(day)):
            services.set_issue(actor=self.first, guideline=self.guideline, number=number, issued_on=clock.today().isoformat(), as_of=as_of)
            self.guideline.refresh_from_db()
            issuing.propose_issue(actor=self.first, guideline=self.guideline)
            issuing.confirm_issue(actor=self.second, guideline=self.guideline)

    def _deliver(self, number: str) -> None:
        """What the plan promised, handed over by the secretariat, whose measure no unit leads; the other person accepts it."""
        measure = Measure.objects.get(area__plan=self.guideline.plan, code=MEASURE)
        values = {
            "title_zh": self.guideline.title_zh,
            "title_en": self.guideline.title_en,
            "number": number,
            "delivered_on": date(*ISSUED).isoformat(),
        }
        with clock.at(_at(ISSUED)), transaction.atomic():
            paper = work.propose_deliverable(actor=self.first, measure=measure, target_code=TARGET, values=values, is_fictional=True)
            work.decide_deliverable(actor=self.second, deliverable=paper, verb="accept", reason="已核对，与发布文本一致。（演示）")

    def _write(self, language: str, old: str, new: str) -> None:
        text = self.guideline.chapters.get(key="path").text(language)
        services.edit_text(
            actor=self.first,
            guideline=self.guideline,
            key="path",
            language=language,
            text=text.replace(old, new),
            base=services.base_of(text),
        )


def _at(day: tuple[int, int, int]) -> datetime:
    return local_moment(*day, 10)
