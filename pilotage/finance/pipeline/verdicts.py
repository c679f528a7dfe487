"""What does the newest stored screening say of an enterprise that is to be recommended to a market?

Data: per market, groups of channels of the plan. Of each group one must be met; the exceptions of STAR stand in for its attributes.
A group is failed when every stored answer in it is "does not meet". What cannot be determined fails nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pilotage.finance.channels.selectors import channels
from pilotage.finance.pipeline.enums import Market
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.selectors import latest, latest_verdicts

GROUPS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    Market.STAR: (("star-listing",), ("star-attribute", "star-exception")),
    Market.CHINEXT: (("chinext",),),
    Market.BSE: (("bse-listing",),),
    Market.NEEQ_BASE: (("neeq-base",),),
    Market.NEEQ_INNOVATION: (("neeq-innovation",),),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of the newest screening: by which channel, by the rules of which day."""

    key: str
    channel: str
    answer: Answer
    rule_day: date


def newest(market: str, enterprises: Iterable[int]) -> dict[int, list[Told]]:
    """enterprise -> its answers for the market, in the order of the groups; absent where it was not screened. Seven queries at most."""
    screening = latest()
    keys = [key for group in GROUPS.get(market, ()) for key in group]
    if screening is None or not keys:
        return {}
    names = {channel.key: channel.title for channel in channels()}
    stored = latest_verdicts(enterprises)
    return {
        enterprise: [Told(key, names.get(key, key), answers[key], screening.rule_date) for key in keys if key in answers]
        for enterprise, answers in stored.items()
    }


def does_not_meet(market: str, told: Iterable[Told]) -> bool:
    answers = {each.key: each.answer for each in told}
    groups = [[answers[key] for key in group if key in answers] for group in GROUPS.get(market, ())]
    return any(group and all(answer == Answer.DOES_NOT_MEET for answer in group) for group in groups)


def failing(market: str, enterprises: Iterable[int]) -> set[int]:
    """Those of whom the newest stored verdict says that they do not meet what the market asks."""
    return {enterprise for enterprise, told in newest(market, enterprises).items() if does_not_meet(market, told)}
