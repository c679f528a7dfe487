"""Which letters follow from recommendations and tier rounds: who is asked, who signs, what the receiver says, when objections open and end.

Joins the tellers of ``news``. An enterprise is told of its own line only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import ON_LIST, LineState
from pilotage.finance.pipeline.round_models import RoundLine, TierObjection, TierRound
from pilotage.messages.enums import APPLICANTS
from pilotage.messages.finance_introductions import liaisons_of
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading
from pilotage.messages.people import in_force

Firms = dict[int, list[User]]
_WAITS = (LineState.NEW, LineState.ASKED)


def _applicants(firms: Iterable[int]) -> Firms:
    """enterprise -> its people. One query."""
    found: dict[int, dict[int, User]] = defaultdict(dict)
    for membership in in_force().filter(role__in=APPLICANTS, organisation__enterprise__in=set(firms)):
        found[membership.organisation.enterprise_id or 0][membership.user_id] = membership.user
    return {firm: list(users.values()) for firm, users in found.items()}


def _names(row: Any) -> dict[str, str]:
    return {"zh": row.name_zh, "en": row.name_en}


def _others(event: AuditEvent, reading: Reading) -> list[User]:
    """The secretariat without the person who acted."""
    return [user for user in reading.people.all_secretariat() if user.pk != event.actor_id]


# --- lines of a list -------------------------------------------------------------------------
def _lines(keys: Iterable[str]) -> list[BatchLine]:
    """With the people of each enterprise, and whether its list is complete. Three queries."""
    rows = list(BatchLine.objects.filter(pk__in=keys).select_related("batch__receiver", "project__enterprise").order_by("pk"))
    people = _applicants(row.project.enterprise_id for row in rows)
    lists = {row.batch_id for row in rows}
    waiting = set(BatchLine.objects.filter(batch__in=lists, state__in=_WAITS).order_by().values_list("batch", flat=True).distinct())
    for row in rows:
        row.__dict__["readers"] = people.get(row.project.enterprise_id, [])
        row.__dict__["complete"] = row.batch_id not in waiting
    return rows


def _about(batch: RecommendationBatch) -> dict[str, Any]:
    return {
        "number": batch.number,
        "list": {"zh": batch.title_zh, "en": batch.title_en},
        "receiver": _names(batch.receiver),
        "receipt": batch.receipt_number,
    }


def _line(event: AuditEvent, row: BatchLine, reading: Reading) -> Iterator[Letter]:
    verb, key = event.verb.rpartition(".")[2], f"event:{event.number}"
    params = {**_about(row.batch), "enterprise": _names(row.project.enterprise), "reason": event.reason or "–"}
    page, office_page = reverse("pipeline:line", args=[row.pk]), reverse("pipeline:batch", args=[row.batch.number])
    if verb == "answer":
        params["answer"] = _answer(row)
    text = {"ask": "asked", "leave_out": "left_out", "answer": "answer"}.get(verb)
    if text and (verb != "leave_out" or row.asked_at):
        for user in row.__dict__["readers"]:
            yield Letter(user, f"listing.{text}", params, f"{key}:{text}", event.at, None, page)
    if verb == "consent" and row.__dict__["complete"]:
        # told once, by whoever comes last
        for user in reading.people.all_secretariat():
            yield Letter(user, "listing.complete", params, f"listing:{row.batch_id}:complete", event.at, None, office_page)
    office = {"refuse": "refused", "withdraw": "withdrawn", "answer": "answered"}.get(verb)
    if office:
        for user in _others(event, reading):
            fold = office_page if verb == "answer" else ""
            yield Letter(user, f"listing.{office}", params, f"{key}:{office}", event.at, None, office_page, fold)


def _answer(row: BatchLine) -> dict[str, str]:
    found = {}
    for name, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[name] = str(row.get_answer_display())
    return found


# --- lists -----------------------------------------------------------------------------------
def _batches(keys: Iterable[str]) -> list[RecommendationBatch]:
    """With the people of the enterprises that were asked. Three queries."""
    rows = list(RecommendationBatch.objects.filter(pk__in=keys).select_related("receiver").order_by("pk"))
    lines = (
        BatchLine.objects.filter(batch__in=rows, asked_at__isnull=False, state__in=ON_LIST)
        .select_related("project__enterprise")
        .order_by("pk")
    )
    people = _applicants(line.project.enterprise_id for line in lines)
    told: dict[int, list[tuple[BatchLine, list[User]]]] = defaultdict(list)
    for line in lines:
        told[line.batch_id].append((line, people.get(line.project.enterprise_id, [])))
    for row in rows:
        row.__dict__["told"] = told[row.pk]
    return rows


def _batch(event: AuditEvent, row: RecommendationBatch, reading: Reading) -> Iterator[Letter]:
    verb, key = event.verb.removeprefix("finance.listing_batch."), f"event:{event.number}"
    params, page = {**_about(row), "reason": event.reason or "–"}, reverse("pipeline:batch", args=[row.number])
    if verb == "sign.propose":
        for user in _others(event, reading):
            yield Letter(user, "listing.second", params, key, event.at, None, page)
    if verb == "receive":
        for user in _others(event, reading):
            yield Letter(user, "listing.received", params, key, event.at, None, page)
    if verb == "sign":
        for user in liaisons_of(row.receiver_id):
            yield Letter(user, "listing.arrived", params, f"{key}:receiver", event.at, None, page)
    if verb in {"sign", "drop"}:
        text = "listing.sent" if verb == "sign" else "listing.dropped"
        for line, users in row.__dict__["told"]:
            own = {**params, "enterprise": _names(line.project.enterprise)}
            for user in users:
                yield Letter(user, text, own, f"{key}:{line.pk}", event.at, None, reverse("pipeline:line", args=[line.pk]))


# --- tier rounds -----------------------------------------------------------------------------
def _rounds(keys: Iterable[str]) -> list[TierRound]:
    """With the people of the companies on the list. Three queries."""
    rows = list(TierRound.objects.filter(pk__in=keys).order_by("pk"))
    lines = list(RoundLine.objects.filter(round__in=rows).select_related("enterprise").order_by("pk"))
    people = _applicants(line.enterprise_id for line in lines)
    told: dict[int, list[tuple[RoundLine, list[User]]]] = defaultdict(list)
    for line in lines:
        told[line.round_id].append((line, people.get(line.enterprise_id, [])))
    for row in rows:
        row.__dict__["told"] = told[row.pk]
    return rows


def _days(row: TierRound) -> dict[str, str]:
    """The days as they are written; a message keeps no date of its own."""
    return {
        "number": row.number,
        "until": row.objections_until.isoformat() if row.objections_until else "–",
        "effective": row.effective_on.isoformat(),
    }


def _round(event: AuditEvent, row: TierRound, reading: Reading) -> Iterator[Letter]:
    verb, key = event.verb.removeprefix("finance.tier_round."), f"event:{event.number}"
    params, page = {**_days(row), "reason": event.reason or "–"}, reverse("pipeline:round", args=[row.number])
    if verb in {"close", "finish.propose"}:
        for user in _others(event, reading):
            yield Letter(user, "round.over" if verb == "close" else "round.second", params, f"{key}:office", event.at, None, page)
    text = {"open": "opened", "close": "closed", "finish": "final", "drop": "dropped"}.get(verb)
    if text is None or row.notice_on is None:
        return
    for line, users in row.__dict__["told"]:
        own = {**params, "enterprise": _names(line.enterprise)}
        for user in users:
            said = "off" if verb == "finish" and not line.stands else text
            yield Letter(user, f"round.{said}", own, f"{key}:{line.pk}", event.at, None, page)


def _objections(keys: Iterable[str]) -> list[TierObjection]:
    rows = list(TierObjection.objects.filter(pk__in=keys).select_related("line__round", "line__enterprise").order_by("pk"))
    people = _applicants(row.line.enterprise_id for row in rows)
    for row in rows:
        row.__dict__["readers"] = people.get(row.line.enterprise_id, [])
    return rows


def _objection(event: AuditEvent, row: TierObjection, reading: Reading) -> Iterator[Letter]:
    """The company learns that and how it was decided, not who objected."""
    verb, key, page = event.verb.rpartition(".")[2], f"event:{event.number}", reverse("pipeline:round", args=[row.line.round.number])
    params = {**_days(row.line.round), "enterprise": _names(row.line.enterprise), "reason": event.reason or "–"}
    if verb == "raise":
        for user in _others(event, reading):
            yield Letter(user, "round.objection", params, f"{key}:office", event.at, None, page)
    text = {"raise": "objected", "uphold": "upheld", "dismiss": "dismissed"}[verb]
    for user in row.__dict__["readers"]:
        if user.pk != event.actor_id:
            yield Letter(user, f"round.{text}", params, key, event.at, None, page)


SOURCES.update({
    "finance.batchline": _lines,
    "finance.recommendationbatch": _batches,
    "finance.tierround": _rounds,
    "finance.tierobjection": _objections,
})  # fmt: skip
TELLERS.update({f"finance.listing_line.{verb}": _line for verb in ("ask", "consent", "refuse", "withdraw", "leave_out")})
TELLERS["finance.listing_batch.answer"] = _line
TELLERS.update({f"finance.listing_batch.{verb}": _batch for verb in ("sign.propose", "sign", "receive", "drop")})
TELLERS.update({f"finance.tier_round.{verb}": _round for verb in ("open", "close", "finish.propose", "finish", "drop")})
TELLERS.update({f"finance.tier_objection.{verb}": _objection for verb in ("raise", "uphold", "dismiss")})
