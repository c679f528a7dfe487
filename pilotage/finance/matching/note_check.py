"""What makes a note a sci-tech note on a day: who issues it, what the proceeds are used for, and what is missing to say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Q
from ruamel.yaml import YAML

from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.facts.selectors import attestations_of, facts_of
from pilotage.finance.matching.enums import NoteBasis
from pilotage.finance.matching.paper_models import BondNote
from pilotage.finance.rules import Explanation, Metric, NotInForce, Rule, Told, Verdict, explain, in_force, read_rule
from pilotage.registry.models import Title

CHANNEL = "sci-tech-bond"
USE = Path(__file__).parent / "seeds" / "use_of_proceeds.yaml"
USE_METRICS = {
    "amount": Metric("amount", "yuan", "发行金额", "Amount"),
    "proceeds_to_tech": Metric("proceeds_to_tech", "yuan", "用于科技创新领域的募集资金", "Proceeds that go to sci-tech"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """``issuer`` and ``use`` None: no rule was in force that day. ``titles``: those of the issuer that were valid."""

    on: date
    channel: Channel | None
    issuer: Explanation | None
    use: Explanation | None
    titles: tuple[Title, ...]

    @property
    def by_issuer(self) -> bool:
        return self.issuer is not None and self.issuer.verdict is Verdict.MEETS

    @property
    def by_use(self) -> bool:
        return self.use is not None and self.use.verdict is Verdict.MEETS

    @property
    def basis(self) -> str:
        """Blank where neither holds."""
        if self.by_issuer and self.by_use:
            return NoteBasis.BOTH.value
        return NoteBasis.ISSUER.value if self.by_issuer else NoteBasis.USE.value if self.by_use else ""


@cache
def use_rule() -> Rule:
    return read_rule(YAML(typ="safe").load(USE.read_text(encoding="utf-8")), USE_METRICS)


def check(note: BondNote, on: date) -> Checked:
    """By the facts, titles and values of that day. A bounded number of queries."""
    channel = next((each for each in channels(with_rule=True) if each.key == CHANNEL), None)
    facts = {**facts_of(note.issuer, on=on), **attestations_of(note.issuer, on, CHANNEL)}
    own = {"amount": note.amount, "proceeds_to_tech": note.proceeds_to_tech}
    held = Title.objects.filter(Q(granted_on__isnull=True) | Q(granted_on__lte=on), enterprise=note.issuer_id)
    titles = held.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on)).order_by("-granted_on", "id")
    return Checked(on, channel, _explained(channel.rule if channel else None, on, facts), _explained(use_rule(), on, own), tuple(titles))


def _explained(rule: Rule | None, on: date, facts: dict[str, Any]) -> Explanation | None:
    if rule is None:
        return None
    try:
        return explain(in_force(rule, on), facts)
    except NotInForce:
        return None


def reasons(checked: Checked) -> dict[str, Any]:
    """As it is kept with the note: every condition with its answer, the titles with their days, the rule by its digest."""
    return {
        "rule": {"channel": CHANNEL, "version": checked.channel.version, "digest": checked.channel.digest} if checked.channel else None,
        "issuer": _kept(checked.issuer),
        "use": _kept(checked.use),
        "titles": [
            {"name": title.name, "issuer": title.issuer, "batch": title.batch, "until": title.valid_until and title.valid_until.isoformat()}
            for title in checked.titles
        ],
    }


def _kept(found: Explanation | None) -> dict[str, Any] | None:
    return {"verdict": found.verdict.value, "told": [_line(each) for each in found.told]} if found else None


def _line(told: Told) -> dict[str, Any]:
    condition, source = told.condition, told.source
    cited = {"citation": source.citation, "since": source.in_force.isoformat(), "verified": source.verified} if source else {}
    return {"key": condition.key, "zh": condition.zh, "en": condition.en, "truth": told.truth, **cited}
