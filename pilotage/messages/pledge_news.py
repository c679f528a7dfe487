"""Which letters follow from pledges: what was offered, filed, decided and paid, and what monitoring found. Joins the tellers of ``news``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.finance.pledges.enums import FlagKind
from pilotage.finance.pledges.models import Pledge, PledgeFlag
from pilotage.messages.finance_introductions import liaisons_of
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import applicants_of

PREFIX = "finance.pledge."
STEPS = (
    "offer", "contract", "file", "note_defect", "cure", "refuse", "register", "publish", "disburse", "change", "default", "claim", "dispose",
    "repay", "cancel", "withdraw", "flag",
)  # fmt: skip
TWO_PERSON = ("disburse.propose", "cancel.propose")
_JOINTS = {"zh-hans": "、", "en": ", "}


def _pledges(keys: Iterable[str]) -> Iterable[Pledge]:
    return Pledge.objects.filter(pk__in=keys).select_related("enterprise", "organisation").order_by("pk")


def _pledge(event: AuditEvent, row: Pledge, reading: Reading) -> Iterator[Letter]:
    """To the side that did not act; what monitoring found, to both; a proposal, to the others of the bank."""
    verb = event.verb.removeprefix(PREFIX)
    params: dict[str, Any] = {
        "number": row.number,
        "enterprise": {"zh": row.enterprise.name_zh, "en": row.enterprise.name_en},
        "bank": {"zh": row.organisation.name_zh, "en": row.organisation.name_en},
        "registration": row.registration_number,
        "reason": event.reason,
        "flags": _flags(event, row) if verb == "flag" else "",
    }
    text = "pledge.second" if verb in TWO_PERSON else f"pledge.{verb}"
    page, key = reverse("pledges:pledge", args=[row.number]), f"event:{event.number}"
    for user in _readers(verb, event, row):
        yield Letter(user, text, params, key, event.at, None, page)


def _readers(verb: str, event: AuditEvent, row: Pledge) -> list[User]:
    firm, bank = applicants_of(row.enterprise_id), liaisons_of(row.organisation_id)
    if verb in TWO_PERSON:
        return [user for user in bank if user.pk != event.actor_id]
    sides = [side for side in (firm, bank) if not any(user.pk == event.actor_id for user in side)]
    return list({user.pk: user for side in sides for user in side}.values())


def _flags(event: AuditEvent, row: Pledge) -> dict[str, str]:
    """What was raised on the day of the event, named in both languages. One query."""
    kinds = PledgeFlag.objects.filter(pledge=row, raised_on=localdate(event.at)).order_by("id").values_list("kind", flat=True)
    found = list(dict.fromkeys(kinds))
    named = {}
    for language, joint in _JOINTS.items():
        with override(language):
            named[language[:2]] = joint.join(str(FlagKind(kind).label) for kind in found)
    return named


SOURCES["finance.pledge"] = _pledges
TELLERS.update({f"{PREFIX}{verb}": _pledge for verb in (*STEPS, *TWO_PERSON)})
