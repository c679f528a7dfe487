"""Which letters follow from a screening: to the enterprise and the institutions it has consented to, where an answer has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import override

from pilotage.accounts.enums import Role
from pilotage.accounts.models import EnterpriseConsent, User
from pilotage.audit.models import AuditEvent
from pilotage.finance.screening.enums import OF_LETTER
from pilotage.finance.screening.models import VerdictChange
from pilotage.messages.enums import APPLICANTS
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import in_force


def _changes(keys: Iterable[str]) -> list[VerdictChange]:
    """With all who are told: three queries whatever their number."""
    rows = list(VerdictChange.objects.filter(pk__in=keys).select_related("enterprise", "channel").order_by("pk"))
    firms = {row.enterprise_id for row in rows}
    consented: dict[int, list[int]] = defaultdict(list)
    consents = EnterpriseConsent.objects.filter(enterprise__in=firms, withdrawn_at__isnull=True).order_by("pk")
    for firm, organisation in consents.values_list("enterprise_id", "organisation_id"):
        consented[organisation].append(firm)
    wanted = Q(role__in=APPLICANTS, organisation__enterprise__in=firms) | Q(role=Role.FINANCE_LIAISON, organisation__in=list(consented))
    readers: dict[int, dict[int, User]] = defaultdict(dict)
    for membership in in_force().filter(wanted):
        own = membership.organisation.enterprise_id
        reached = consented[membership.organisation_id] if membership.role == Role.FINANCE_LIAISON else [own] if own else []
        for firm in reached:
            readers[firm][membership.user_id] = membership.user
    for row in rows:
        row.__dict__["readers"] = list(readers[row.enterprise_id].values())
    return rows


def _changed(event: AuditEvent, row: VerdictChange, _reading: Reading) -> Iterator[Letter]:
    params: dict[str, Any] = {
        "enterprise": {"zh": row.enterprise.name_zh, "en": row.enterprise.name_en},
        "channel": {"zh": row.channel.title_zh, "en": row.channel.title_en},
        "before": _word(row.before),
        "after": _word(row.after),
    }
    page = f"{reverse('financing:enterprise', args=[row.enterprise_id])}?channel={row.channel.key}"
    for user in row.__dict__["readers"]:
        yield Letter(user, "verdict.changed", params, f"event:{event.number}", event.at, None, page, reverse("financing:home"))


def _word(letter: str) -> dict[str, str]:
    found = {}
    for name, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[name] = str(OF_LETTER[letter].label)
    return found


SOURCES["finance.verdictchange"] = _changes
TELLERS["finance.verdict.change"] = _changed
