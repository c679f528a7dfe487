"""Which letters follow from needs, offers and introductions: what was asked, what moved, what waits, what ran out. Joins the tellers of ``news``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from pilotage.accounts.enums import Role
from pilotage.accounts.models import User
from pilotage.accounts.rules import enterprise_ids
from pilotage.audit.models import AuditEvent
from pilotage.finance.matching.enums import IntroductionState, Side
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import People, applicants_of, in_force

_STEPS = ("sign_nda", "begin_diligence", "agree_terms", "close")


def _introductions(keys: Iterable[str]) -> Iterable[Introduction]:
    return Introduction.objects.filter(pk__in=keys).select_related("need__enterprise", "offer__organisation").order_by("pk")


def liaisons_of(organisation: int) -> list[User]:
    """Who speaks for an institution. One query."""
    return list(People(in_force().filter(role=Role.FINANCE_LIAISON, organisation=organisation)).by_id.values())


def signers_of(enterprise: int) -> list[User]:
    return [user for user in applicants_of(enterprise) if enterprise in enterprise_ids(user, Role.LEGAL_REPRESENTATIVE)]


def _introduction(event: AuditEvent, row: Introduction, reading: Reading) -> Iterator[Letter]:
    """The enterprise is named to the institution only where it has consented."""
    verb, need, offer = event.verb.removeprefix("finance.introduction."), row.need, row.offer
    bank = {"zh": offer.organisation.name_zh, "en": offer.organisation.name_en}
    name = need.enterprise if row.consent_id else None
    params: dict[str, Any] = {
        "number": row.number,
        "need": need.number,
        "offer": {"zh": offer.name_zh, "en": offer.name_en},
        "institution": bank,
        "enterprise": {"zh": name.name_zh, "en": name.name_en} if name else need.number,
        "reason": event.reason,
    }
    page, key = reverse("matching:introduction", args=[row.number]), f"event:{event.number}"
    for text, users in _told(verb, event, row):
        for user in users:
            yield Letter(user, f"introduction.{text}", params, f"{key}:{text}", event.at, None, page)


def _told(verb: str, event: AuditEvent, row: Introduction) -> Iterator[tuple[str, list[User]]]:
    """(wording, to whom)"""
    firm, bank = row.need.enterprise_id, row.offer.organisation_id
    if verb == "ask":
        wish = row.asked_by == Side.ENTERPRISE
        signs = any(user.pk == event.actor_id for user in signers_of(firm))
        if not signs:
            yield ("wished" if wish else "asked"), (signers_of(firm) if wish else applicants_of(firm))
    elif verb == "agree":
        yield "agreed", liaisons_of(bank)
        yield "consented", [user for user in applicants_of(firm) if user.pk != event.actor_id]
    elif verb == "correct":
        yield "corrected", applicants_of(firm)
    elif verb in _STEPS:
        yield ("closed" if verb == "close" else "moved"), applicants_of(firm)
    elif verb == "remind":
        waits_for_firm = row.state == IntroductionState.ASKED
        yield ("waiting" if waits_for_firm else "remind"), (signers_of(firm) if waits_for_firm else liaisons_of(bank))
    else:
        yield from _ended(verb, event, row)


def _ended(verb: str, event: AuditEvent, row: Introduction) -> Iterator[tuple[str, list[User]]]:
    """To the side that did not end it; to both where nobody did. A wish that never left the house is told to nobody outside."""
    firm, bank = applicants_of(row.need.enterprise_id), liaisons_of(row.offer.organisation_id)
    knows = row.consent_id is not None or row.asked_by == Side.INSTITUTION
    text = "declined" if verb == "decline" else "lapsed"
    by_firm = any(user.pk == event.actor_id for user in firm)
    by_bank = any(user.pk == event.actor_id for user in bank)
    if not by_firm:
        yield text, firm
    else:  # a colleague who wished for it hears of the decision
        yield text, [user for user in firm if user.pk == row.started_by_id != event.actor_id]
    if not by_bank and knows:
        yield text, bank


def _need_expired(event: AuditEvent, need: Need, reading: Reading) -> Iterator[Letter]:
    page = reverse("matching:need", args=[need.number])
    for user in applicants_of(need.enterprise_id):
        yield Letter(user, "need.expired", {"number": need.number}, f"event:{event.number}", event.at, None, page)


def _offer_expired(event: AuditEvent, offer: Offer, reading: Reading) -> Iterator[Letter]:
    page, params = (
        reverse("matching:offer", args=[offer.number]),
        {"number": offer.number, "offer": {"zh": offer.name_zh, "en": offer.name_en}},
    )
    for user in liaisons_of(offer.organisation_id):
        yield Letter(user, "offer.expired", params, f"event:{event.number}", event.at, None, page)


SOURCES["finance.introduction"] = _introductions
SOURCES["finance.need"] = lambda keys: Need.objects.filter(pk__in=keys).order_by("pk")
SOURCES["finance.offer"] = lambda keys: Offer.objects.filter(pk__in=keys).order_by("pk")
TELLERS.update(
    {f"finance.introduction.{verb}": _introduction for verb in ("ask", "agree", *_STEPS, "correct", "decline", "lapse", "remind")}
)
TELLERS.update({"finance.need.expire": _need_expired, "finance.offer.expire": _offer_expired})
