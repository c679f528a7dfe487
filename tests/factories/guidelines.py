"""A small guideline, brought to any state through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pilotage.core import clock
from pilotage.plan.models import Plan
from pilotage.publications.guidelines import issuing, rounds, services
from pilotage.publications.guidelines.models import CommentRound, Guideline, GuidelineComment, Revision
from tests.factories.plan import PlanFactory

TODAY = "2023-11-01 09:00"
AFTER = "2023-12-05 09:00"
SCOPE = "本指南适用于**电子**企业。\n\n第二段：网络应覆盖每个工位。\n\n```pilotage cases\nlimit: 5\n```\n"
SCOPE_EN = "For makers of **electronics**.\n\nSecond: the network covers each station.\n\n```pilotage cases\nlimit: 5\n```\n"


def guideline(cast: Any, of: Plan | None = None, slug: str = "electronics", language: str = "both") -> Guideline:
    """A draft with two chapters."""
    plan = of or Plan.objects.filter(slug="plan-2023").first() or PlanFactory(slug="plan-2023")
    values = {"title_zh": f"电子指南{slug}", "title_en": f"Guideline {slug}", "slug": slug, "language": language}
    made = services.create(actor=cast.secretariat, plan=plan, values=values)
    for key, zh, en in (("scope", SCOPE, SCOPE_EN), ("path", "先易后难。", "Easy things first.")):
        titles = {"key": key, "title_zh": f"章{key}", "title_en": f"Chapter {key}"}
        services.add_chapter(actor=cast.secretariat, guideline=made, values=titles)
        write(cast, made, key, "zh-hans", zh)
        if language == "both":
            write(cast, made, key, "en", en)
    made.refresh_from_db()
    return made


def write(cast: Any, of: Guideline, key: str, language: str, text: str) -> Any:
    base = services.base_of(of.chapters.get(key=key).text(language))
    return services.edit_text(actor=cast.secretariat, guideline=of, key=key, language=language, text=text, base=base)


def opened(cast: Any, of: Guideline | None = None, days: int = 20) -> CommentRound:
    closes = (clock.today() + timedelta(days=days)).isoformat()
    return rounds.open_round(actor=cast.secretariat, guideline=of or guideline(cast), closes_on=closes)


def comment(of: CommentRound, text: str = "请补充室外覆盖。", email: str = "reader@example.org", **values: Any) -> GuidelineComment:
    given = {"text": text, "name": "读者甲", "language": "zh-hans", "chapter": "scope", "paragraph": "2", **values}
    return rounds.comment(round_=of, email=email, values=given)


def answered(cast: Any, at: Any, of: CommentRound) -> CommentRound:
    """The round is over, every comment answered, the answers published."""
    at(AFTER)
    rounds.close_round(actor=cast.secretariat, guideline=of.guideline)
    for each in of.comments.filter(state="open"):
        rounds.answer(actor=cast.secretariat, comment=each, verb="adopt_partly", reason="已补充，另行细化。")
    return rounds.publish_answers(
        actor=cast.secretariat, guideline=of.guideline, summary_zh="意见一条，部分采纳。", summary_en="One comment."
    )


def proposed(cast: Any, at: Any, of: Guideline | None = None, number: str = "测试〔2023〕1号") -> Guideline:
    found = of or answered(cast, at, opened(cast)).guideline
    services.set_issue(
        actor=cast.secretariat, guideline=found, number=number, issued_on=clock.today().isoformat(), as_of=date(2023, 11, 30).isoformat()
    )
    found.refresh_from_db()
    issuing.propose_issue(actor=cast.secretariat, guideline=found)
    return found


def issued(cast: Any, at: Any, of: Guideline | None = None, number: str = "测试〔2023〕1号") -> Revision:
    return issuing.confirm_issue(actor=cast.second_secretariat, guideline=proposed(cast, at, of, number))
