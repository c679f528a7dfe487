"""Where the records behind a number stand, for this reader; '' where they are not to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.directory.enums import EntryLabel
from pilotage.reports.subjects import Subject
from pilotage.web.plan.days import AsOf

CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)
READERS = (*CENTRAL, Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COMMUNICATIONS_OFFICER)

# what the list of applications calls the same
COUNTED = {"building": {"counted": "building"}, "filed": {"passed": "file"}, "recommended": {"passed": "recommend"}}


@dataclass(frozen=True, slots=True)
class Links:
    subject: Subject
    as_of: AsOf
    actor: Any
    industry: str = ""

    def entries(self, **filters: str | tuple[str, ...]) -> str:
        """The directory, filtered. Of an earlier day: what was in force then."""
        if not self.subject.editions:
            return ""
        pairs: list[tuple[str, str]] = [("edition", self.subject.edition_keys)]
        for name, value in filters.items():
            pairs += [(name, each) for each in ((value,) if isinstance(value, str) else value) if each]
        if not self.as_of.is_today:
            pairs.append(("as_of", self.as_of.day.isoformat()))
        return f"{reverse('directory:list', args=[self.subject.directory])}?{urlencode(pairs)}"

    def labelled(self, **place: str) -> str:
        return self.entries(label=tuple(EntryLabel.values), **place)

    def applications(self, key: str, **place: str) -> str:
        """The list of applications, of exactly those counted. Only officers have one, and it shows one call."""
        if len(self.subject.calls) != 1 or not has_role(self.actor, *READERS):
            return ""
        pairs = {"call": self.subject.calls[-1].slug, **COUNTED[key], **{name: value for name, value in place.items() if value}}
        if not self.as_of.is_today:
            pairs["as_of"] = self.as_of.day.isoformat()
        return f"{reverse('calls:application-list')}?{urlencode(pairs)}"
