"""Channels of financing as the plan's folder describes them: who decides, and the rule with its dated parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.finance.channels.content import days_of_change, rule_of
from pilotage.finance.rules import Resolved, Rule, in_force
from pilotage.plan.models import Bilingual, Plan
from pilotage.registry.models import localized


class Channel(Bilingual):
    """``key`` names it in addresses, attestations and stored verdicts. ``content`` is the file; ``version`` rises with each change of it.

    A channel without a rule (private equity) is described only. ``is_used`` False: the plan names it no more.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="channels")
    key = models.SlugField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    authority_zh = models.CharField(max_length=200, blank=True)
    authority_en = models.CharField(max_length=200, blank=True)
    note_zh = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    is_used = models.BooleanField(default=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("channel")
        ordering: ClassVar = ["position", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "key"], name="channel_once")]

    @property
    def authority(self) -> str:
        return localized(self.authority_zh, self.authority_en)

    @property
    def note(self) -> str:
        return localized(self.note_zh, self.note_en)

    @property
    def has_rule(self) -> bool:
        return "rule" in self.content

    @property
    def rule(self) -> Rule:
        """Read once for each digest. Raises ``RuleError`` where the channel has no rule: ask ``has_rule`` first."""
        return rule_of(self.digest, self.content)

    def on(self, day: date, region: str = "", *, operated: bool = True) -> Resolved:
        """The rule of that day and place, with values from the day on which practice began. Raises ``NotInForce``, ``RuleError``."""
        return in_force(self.rule, day, region=region, operated=operated)

    def terms_on(self, day: date) -> list[dict[str, Any]]:
        """Amounts and rates that held on that day: ``{from, until, text, citation, verified}``."""
        told = day.isoformat()
        return [term for term in self.content.get("terms", []) if term["from"] <= told <= term.get("until", told)]

    def held(self, facts: Mapping[str, Any]) -> str:
        """Said where an enterprise of these facts is there already (``held`` of the file), in the reader's language; else blank."""
        told = self.content.get("held")
        return localized(told["text"]["zh"], told["text"]["en"]) if told and facts.get(told["metric"]) in told["in"] else ""

    def changed_on(self) -> list[date]:
        """The days on which the rule says something else than the day before, oldest first."""
        return days_of_change(self.rule)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know beside the verdict, in the reader's language."""
        return [localized(each["zh"], each.get("en", "")) for each in self.content.get("warnings", [])]

    @property
    def sources(self) -> list[dict[str, Any]]:
        return list(self.content.get("sources", []))

    @property
    def is_verified(self) -> bool:
        """Every value that the rule ever had was found in public text."""
        return all(value["verified"] for value in self._values())

    def _values(self) -> Iterator[dict[str, Any]]:
        for parameter in self.content.get("parameters", {}).values():
            for value in parameter["values"]:
                yield {"verified": False, **value}

    def audit_snapshot(self) -> dict[str, Any]:
        return {"plan": self.plan_id, "key": self.key, "digest": self.digest, "version": self.version, "is_used": self.is_used}
