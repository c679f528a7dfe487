"""Which letters follow when need and offer meet, and from interbank notes and re-lending lists. Joins the tellers of ``news``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.urls import reverse

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.core.amounts import cny, grouped
from pilotage.finance.matching import selectors
from pilotage.finance.matching.enums import ACTIVE, NeedState, OfferState
from pilotage.finance.matching.models import Need, Offer
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.messages.enums import APPLICANTS
from pilotage.messages.finance_introductions import liaisons_of
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import applicants_of, in_force

WAN = 10_000
NOTE_VERBS = ("plan", "tag", "untag", "issue", "drop")


def money(yuan: int) -> dict[str, str]:
    return {"zh": f"{grouped(Decimal(yuan) / WAN)}万元", "en": cny(Decimal(yuan))}


def name_of(row: Any) -> dict[str, str]:
    return {"zh": row.name_zh, "en": row.name_en}


# --- a new match -----------------------------------------------------------------------------
def _need_opened(event: AuditEvent, need: Need, reading: Reading) -> Iterator[Letter]:
    """To the institutions whose open offers have no gap, once each; without the name of the enterprise."""
    if need.state != NeedState.OPEN:
        return
    best: dict[int, Offer] = {}
    for pair in selectors.offers_for(need):
        if pair.match.fits:
            best.setdefault(pair.offer.organisation_id, pair.offer)
    page = reverse("matching:need", args=[need.number])
    for body, user in _people("organisation", best, [Role.FINANCE_LIAISON]):
        params = {"need": need.number, "amount": money(need.amount), "offer": name_of(best[body])}
        yield Letter(user, "need.match", params, f"match:need:{need.pk}:{body}", event.at, None, page)


def _offer_opened(event: AuditEvent, offer: Offer, reading: Reading) -> Iterator[Letter]:
    """To the enterprises with an open need that it fits, once each."""
    if offer.state != OfferState.OPEN:
        return
    best: dict[int, Need] = {}
    for pair in selectors.needs_for([offer]):
        best.setdefault(pair.need.enterprise_id, pair.need)
    for firm, user in _people("organisation__enterprise", best, APPLICANTS):
        need = best[firm]
        params = {"need": need.number, "offer": name_of(offer), "institution": name_of(offer.organisation)}
        page = reverse("matching:need", args=[need.number])
        yield Letter(user, "offer.match", params, f"match:offer:{offer.pk}:{firm}", event.at, None, page)


def _offer_withdrawn(event: AuditEvent, offer: Offer, reading: Reading) -> Iterator[Letter]:
    """To the enterprises that are in touch about it."""
    talks = {row.need.enterprise_id: row for row in offer.introductions.filter(state__in=ACTIVE).select_related("need").order_by("pk")}
    params = {"offer": name_of(offer), "institution": name_of(offer.organisation), "reason": event.reason}
    for firm, user in _people("organisation__enterprise", talks, APPLICANTS):
        page = reverse("matching:introduction", args=[talks[firm].number])
        yield Letter(user, "offer.withdrawn", params, f"event:{event.number}", event.at, None, page)


def _people(path: str, keys: Iterable[int], roles: Iterable[str]) -> list[tuple[int, User]]:
    """(key, person) of everybody with one of the roles there, each person once for each key. One query."""
    rows = in_force().filter(role__in=list(roles), **{f"{path}__in": list(keys)}).values_list(path, "user")
    found: dict[int, set[int]] = defaultdict(set)
    for key, user in rows:
        found[key].add(user)
    users = User.objects.in_bulk({user for each in found.values() for user in each})
    return [(key, users[user]) for key in sorted(found) for user in sorted(found[key])]


# --- papers ----------------------------------------------------------------------------------
def _note(event: AuditEvent, note: BondNote, reading: Reading) -> Iterator[Letter]:
    """To the issuer and the underwriter, but for who did it."""
    verb = event.verb.rpartition(".")[2]
    bank = liaisons_of(note.underwriter_id) if note.underwriter_id else []
    told = {user.pk: user for user in (*applicants_of(note.issuer_id), *bank) if user.pk != event.actor_id}
    params = {"note": name_of(note), "amount": money(note.issued_amount or note.amount), "reason": event.reason}
    page = reverse("matching:note", args=[note.number])
    for user in told.values():
        yield Letter(user, f"note.{verb}", params, f"event:{event.number}", event.at, None, page)


def _list_proposed(event: AuditEvent, batch: RelendingBatch, reading: Reading) -> Iterator[Letter]:
    for user in reading.people.all_secretariat():
        if user.pk != event.actor_id:
            yield _of_list("relending.second", event, batch, user)


def _list_frozen(event: AuditEvent, batch: RelendingBatch, reading: Reading) -> Iterator[Letter]:
    for user in liaisons_of(batch.organisation_id):
        yield _of_list("relending.frozen", event, batch, user)


def _of_list(text: str, event: AuditEvent, batch: RelendingBatch, user: User) -> Letter:
    params = {"list": {"zh": batch.title_zh, "en": batch.title_en}, "number": batch.number, "bank": name_of(batch.organisation)}
    return Letter(user, text, params, f"event:{event.number}", event.at, None, reverse("matching:batch", args=[batch.number]))


SOURCES["finance.offer"] = lambda keys: Offer.objects.filter(pk__in=keys).select_related("organisation").order_by("pk")
SOURCES["finance.bondnote"] = lambda keys: BondNote.objects.filter(pk__in=keys).order_by("pk")
SOURCES["finance.relendingbatch"] = lambda keys: RelendingBatch.objects.filter(pk__in=keys).select_related("organisation").order_by("pk")
TELLERS.update(
    {
        "finance.need.open": _need_opened,
        "finance.offer.open": _offer_opened,
        "finance.offer.withdraw": _offer_withdrawn,
        "finance.relending_batch.freeze.propose": _list_proposed,
        "finance.relending_batch.freeze": _list_frozen,
    }
)
TELLERS.update({f"finance.note.{verb}": _note for verb in NOTE_VERBS})
