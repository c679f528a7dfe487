"""Which light does a measure show, and by which rule?

Data: :class:`Facts`, what is known of one measure on one day. Algorithm: the rules of ``RULES`` are asked in their order; the first
that holds gives the light, and only that one. The numbers in them are the constants below: ours, no source states any.
Invariants: every set of facts meets exactly one rule (the last always holds); a fact that gets worse never makes a red, amber or green
light better; the words of a rule name what it found.
Refuses: nothing. Nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from pilotage.plan.work.enums import Light

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LATE_DAYS = 30  # a milestone or a report later than this turns amber into red
BEHIND_POINTS = 20  # how far the stated progress may lie behind the time that has gone
MET = frozenset({"met"})
LOST = frozenset({"missed", "unlikely"})
IN_DOUBT = frozenset({"at_risk"})
ON_THE_WAY = MET | {"on_track", "in_progress", "carries_over"}


@dataclass(frozen=True, slots=True)
class Facts:
    """``targets``: (code, status or outlook) of the targets that are counted. Days count from the due day to the day looked at.

    ``stated`` and ``elapsed`` are in percent; ``stated`` None: no accepted statement. A report not handed in is ``report_late`` days late,
    0: none is.
    """

    targets: tuple[tuple[str, str], ...] = ()
    milestones: int = 0
    milestones_done: int = 0
    milestones_late: int = 0
    longest_delay: int = 0
    report_late: int = 0
    stated: int | None = None
    elapsed: float = 0.0

    def named(self, statuses: frozenset[str]) -> list[str]:
        return [code for code, status in self.targets if status in statuses]

    @property
    def all_done(self) -> bool:
        """Every milestone is reached, and every counted target is met; where none is counted, 100 percent was stated and accepted."""
        if self.milestones_done < self.milestones:
            return False
        return len(self.named(MET)) == len(self.targets) if self.targets else self.stated == 100

    @property
    def behind(self) -> int:
        """Points by which the stated progress lies behind the time gone; 0 where nothing was stated."""
        return max(0, round(self.elapsed) - self.stated) if self.stated is not None else 0

    @property
    def speaks(self) -> bool:
        return bool(self.named(ON_THE_WAY)) or self.milestones > 0 or self.stated is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """``words`` is the rule as it is printed; ``found`` says what it found in the facts."""

    light: Light
    words: _StrPromise
    holds: Callable[[Facts], bool]
    found: Callable[[Facts], str]


def _codes(codes: list[str]) -> str:
    return pgettext("list separator", ", ").join(codes)


def _done(facts: Facts) -> str:
    return (
        _("Every counted target is met and every milestone reached.")
        if facts.targets
        else _("The lead unit stated 100 percent, and it was accepted.")
    )


def _late_milestones(facts: Facts) -> str:
    words = ngettext(
        "%(count)s milestone overdue, the longest by %(days)s days.",
        "%(count)s milestones overdue, the longest by %(days)s days.",
        facts.milestones_late,
    )
    return words % {"count": facts.milestones_late, "days": facts.longest_delay}


def _late_report(facts: Facts) -> str:
    return ngettext("The report is overdue by %(days)s day.", "The report is overdue by %(days)s days.", facts.report_late) % {
        "days": facts.report_late
    }


def _behind(facts: Facts) -> str:
    return _("%(stated)s%% stated while %(elapsed)s%% of the time has gone.") % {
        "stated": facts.stated,
        "elapsed": round(facts.elapsed),
    }


RULES: tuple[Rule, ...] = (
    Rule(
        Light.DONE,
        gettext_lazy("Every counted target is met and every milestone reached; where nothing is counted, 100% was stated and accepted."),
        lambda facts: facts.all_done,
        _done,
    ),
    Rule(
        Light.RED,
        gettext_lazy("A target was missed, or is unlikely to be met by the forecast."),
        lambda facts: bool(facts.named(LOST)),
        lambda facts: _("Missed or unlikely: %(codes)s.") % {"codes": _codes(facts.named(LOST))},
    ),
    Rule(
        Light.RED,
        gettext_lazy("A milestone is overdue by more than 30 days."),
        lambda facts: facts.milestones_late > 0 and facts.longest_delay > LATE_DAYS,
        _late_milestones,
    ),
    Rule(
        Light.RED,
        gettext_lazy("The lead unit's report is overdue by more than 30 days."),
        lambda facts: facts.report_late > LATE_DAYS,
        _late_report,
    ),
    Rule(
        Light.AMBER,
        gettext_lazy("A target is at risk by the forecast."),
        lambda facts: bool(facts.named(IN_DOUBT)),
        lambda facts: _("At risk: %(codes)s.") % {"codes": _codes(facts.named(IN_DOUBT))},
    ),
    Rule(Light.AMBER, gettext_lazy("A milestone is overdue."), lambda facts: facts.milestones_late > 0, _late_milestones),
    Rule(Light.AMBER, gettext_lazy("The lead unit's report is overdue."), lambda facts: facts.report_late > 0, _late_report),
    Rule(
        Light.AMBER,
        gettext_lazy("The lead unit's accepted statement lies more than 20 points behind the time that has gone."),
        lambda facts: facts.behind > BEHIND_POINTS,
        _behind,
    ),
    Rule(
        Light.GREEN,
        gettext_lazy("None of these, and a counted target, a milestone or an accepted statement speaks for the measure."),
        lambda facts: facts.speaks,
        lambda _facts: _("Nothing is overdue or at risk."),
    ),
    Rule(
        Light.NONE,
        gettext_lazy("No number can be judged, no milestone is set and nothing was reported."),
        lambda _facts: True,
        lambda _facts: _("No number can be judged, no milestone is set and nothing was reported."),
    ),
)


def rule_for(facts: Facts) -> Rule:
    return next(rule for rule in RULES if rule.holds(facts))
