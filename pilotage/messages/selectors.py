"""Named reads of inbox, outbox and calendar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from pilotage.accounts.models import User
from pilotage.messages.enums import DEFAULT_DELIVERY, DELIVERY_OF_ROLE, KINDS_OF_ROLE, Delivery, MailState, MessageKind
from pilotage.messages.models import CalendarFeed, Message, OutboxMail, PostOffice, Preference

MOST_COUNTED = 100  # the bell says 99+ from here


class _Number(Subquery):
    """How many rows a query finds; the slice in it is the cap."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def unread_of_member() -> Subquery:
    """The unread messages of a membership's person, counted up to the cap; rides along with the memberships."""
    unread = Message.objects.filter(recipient=OuterRef("user"), read_at__isnull=True).order_by()
    return _Number(unread.values("pk")[:MOST_COUNTED])


def unread_count(user: Any) -> int:
    """For the bell: without a query where the memberships are known. Who has no role gets no messages."""
    memberships = getattr(user, "active_memberships", [])
    return int(getattr(memberships[0], "unread", 0)) if memberships else 0


def inbox(messages: QuerySet[Message], *, kind: str = "", unread: bool = False) -> QuerySet[Message]:
    if kind in MessageKind.values:
        messages = messages.filter(kind=kind)
    return messages.filter(read_at__isnull=True) if unread else messages


def outbox(mails: QuerySet[OutboxMail], *, state: str = "", address: str = "") -> QuerySet[OutboxMail]:
    if state in MailState.values:
        mails = mails.filter(state=state)
    return (mails.filter(to__icontains=address.strip()) if address.strip() else mails).defer("body")


def office() -> PostOffice:
    return PostOffice.objects.filter(pk=1).first() or PostOffice()


def feed_of(user: Any) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user, revoked_at__isnull=True).first()


# --- how a message reaches a person -------------------------------------------------------------
def language_of(user: Any) -> str:
    language = getattr(user, "language", "") or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def default_delivery(user: Any, kind: str) -> Delivery:
    """The first role that says something about this kind, else the common default."""
    for membership in user.active_memberships:
        found = DELIVERY_OF_ROLE.get(membership.role, {}).get(MessageKind(kind))
        if found:
            return found
    return DEFAULT_DELIVERY[MessageKind(kind)]


def deliveries(users: Iterable[User]) -> dict[tuple[int, str], Delivery]:
    """What these people chose; what is missing follows the default. One query."""
    rows = Preference.objects.filter(user__in=[user.pk for user in users]).values_list("user_id", "kind", "delivery")
    return {(user, kind): Delivery(delivery) for user, kind, delivery in rows}


def kinds_for(user: Any) -> list[MessageKind]:
    """The kinds the person's roles can receive."""
    own = {kind for role in user.roles() for kind in KINDS_OF_ROLE.get(role, ())}
    return [kind for kind in MessageKind if kind in own | {MessageKind.ACCOUNT}]


def choices_of(user: Any) -> list[tuple[MessageKind, Delivery, bool]]:
    """``(kind, delivery, chosen by the person)`` of each kind the person can receive."""
    chosen = deliveries([user])
    return [(kind, chosen.get((user.pk, kind), default_delivery(user, kind)), (user.pk, kind) in chosen) for kind in kinds_for(user)]
