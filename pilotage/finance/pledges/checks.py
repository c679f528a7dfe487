"""Would the registration of a pledge be refused, and may it be filed? The worst of what is found decides, and each finding says what to do.

Pure: reads what it is handed, queries nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from pilotage.finance.pledges import checklist
from pilotage.finance.pledges.enums import Answer, Ground, Paper
from pilotage.finance.pledges.grounds import OF_RIGHT, RULES, Case, Finding

SHOWN = 3
_ORDER = (Answer.REFUSES, Answer.UNKNOWN, Answer.ACKNOWLEDGED, Answer.CLEAR)


@dataclass(frozen=True, slots=True)
class Check:
    """One ground: the worst of its findings, with those that have anything to say."""

    ground: Ground
    answer: Answer
    findings: tuple[Finding, ...]

    @property
    def lets_through(self) -> bool:
        return self.answer in {Answer.CLEAR, Answer.ACKNOWLEDGED}

    @property
    def more(self) -> int:
        """How many findings there are beside the first ``SHOWN``."""
        return max(0, len(self.findings) - SHOWN)


def grounds(found: Sequence[Case], lines: Sequence[checklist.PaperLine]) -> list[Check]:
    """All twelve, in the order of the measures: asked of each right, and of the papers that prove the contrary."""
    return [_check(ground, [*(_asked(ground, each) for each in found), *_of_papers(ground, lines)], bool(found)) for ground in Ground]


def _asked(ground: Ground, case: Case) -> Finding:
    """What names a right leads to it."""
    finding = RULES[ground](case)
    return replace(finding, right=case.asset.pk) if case.label in finding.why else finding


def _check(ground: Ground, findings: list[Finding], has_rights: bool) -> Check:
    if not has_rights:
        findings = [Finding(Answer.UNKNOWN, _("No right is pledged."), _("Offer rights."))]
    worst = min((each.answer for each in findings), key=_ORDER.index)
    return Check(ground, worst, tuple(dict.fromkeys(each for each in findings if each.why)))


def _of_papers(ground: Ground, lines: Iterable[checklist.PaperLine]) -> list[Finding]:
    missing = [line.paper for line in lines if not line.is_settled and checklist.PROVES[line.paper] == ground]
    return [missing_papers(missing)] if missing else []


def missing_papers(papers: Sequence[Paper]) -> Finding:
    why = _("Missing in the registration file: %(papers)s.") % {"papers": _(", ").join(str(paper.label) for paper in papers)}
    return Finding(Answer.UNKNOWN, why, _("Add a scan, or say that it lies there on paper."), papers=tuple(papers))


def may_file(checks: Iterable[Check]) -> bool:
    """The one rule of filing: every ground is out of the way, and no paper that one of them rests on is missing."""
    return all(check.lets_through for check in checks)


def obstacles(checks: Iterable[Check]) -> list[str]:
    """What stands in the way of filing, a sentence with its remedy for each ground."""
    return [
        " ".join([f"{check.ground.label}:", *(f"{each.why} {each.todo}".strip() for each in check.findings if each.answer == check.answer)])
        for check in checks
        if not check.lets_through
    ]


def right_alone(case: Case) -> Answer:
    """The worst of the grounds that concern the right itself."""
    return min((RULES[ground](case).answer for ground in OF_RIGHT), key=_ORDER.index)
