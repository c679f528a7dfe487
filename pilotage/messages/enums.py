from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.accounts.enums import Role


class MessageKind(TextChoices):
    """What a message is about; each person chooses per kind how it reaches them."""

    WORK = "work", _("New work")
    RETURNED = "returned", _("Returned for correction")
    RECEIPT = "receipt", _("Receipts")
    PROGRESS = "progress", _("Progress of applications")
    OUTCOME = "outcome", _("Decisions")
    SEAT = "seat", _("Review assignments")
    DEADLINE = "deadline", _("Deadlines and reminders")
    ACCOUNT = "account", _("Roles and accounts")


class Delivery(TextChoices):
    AT_ONCE = "at_once", _("Here and by e-mail at once")
    DAILY = "daily", _("Here and in the daily digest")
    IN_APP = "in_app", _("Here only")
    NONE = "none", _("Not at all")


class MailState(TextChoices):
    WAITING = "waiting", pgettext_lazy("mail", "Waiting")
    HELD = "held", pgettext_lazy("mail", "Held")
    SENT = "sent", pgettext_lazy("mail", "Sent")
    FAILED = "failed", pgettext_lazy("mail", "Failed")


class Group(TextChoices):
    """To whom a reminder goes: those who still have something to do in the stage."""

    FILERS_WITH_DRAFT = "filers_with_draft", _("filers with an unsubmitted application")
    FILERS = "filers", _("filers")
    CHECKERS = "checkers", _("officers with applications to check")
    RECOMMENDERS = "recommenders", _("officers with applications to recommend")
    COSIGNERS = "cosigners", _("officers with applications to co-sign")
    EXPERTS = "experts", _("experts with unfinished reviews")
    SECRETARIAT = "secretariat", _("the secretariat")


DEFAULT_DELIVERY = {
    MessageKind.WORK: Delivery.DAILY,
    MessageKind.RETURNED: Delivery.AT_ONCE,
    MessageKind.RECEIPT: Delivery.AT_ONCE,
    MessageKind.PROGRESS: Delivery.DAILY,
    MessageKind.OUTCOME: Delivery.AT_ONCE,
    MessageKind.SEAT: Delivery.AT_ONCE,
    MessageKind.DEADLINE: Delivery.AT_ONCE,
    MessageKind.ACCOUNT: Delivery.IN_APP,
}
# where a role differs: the filer beside a legal representative does the work, the secretariat sits at its desk all day
DELIVERY_OF_ROLE = {
    Role.LEGAL_REPRESENTATIVE: {
        MessageKind.RETURNED: Delivery.DAILY,
        MessageKind.RECEIPT: Delivery.IN_APP,
        MessageKind.PROGRESS: Delivery.IN_APP,
        MessageKind.DEADLINE: Delivery.DAILY,
    },
    Role.SECRETARIAT: {MessageKind.DEADLINE: Delivery.IN_APP},
    Role.AUDITOR: {MessageKind.DEADLINE: Delivery.IN_APP},
}
APPLICANTS = (Role.FILER, Role.LEGAL_REPRESENTATIVE)
# whoever checks, recommends or co-signs
_NO_OFFICERS = {*APPLICANTS, Role.SECRETARIAT, Role.EXPERT, Role.FINANCE_LIAISON, Role.AUDITOR, Role.UNIT_OFFICER}
OFFICERS = tuple(role for role in Role if role not in _NO_OFFICERS)
_APPLICANT = (MessageKind.RETURNED, MessageKind.RECEIPT, MessageKind.PROGRESS, MessageKind.OUTCOME, MessageKind.DEADLINE)
_OFFICER = (MessageKind.WORK, MessageKind.OUTCOME, MessageKind.DEADLINE)
KINDS_OF_ROLE: dict[str, tuple[MessageKind, ...]] = {
    **dict.fromkeys(APPLICANTS, _APPLICANT),
    **dict.fromkeys(OFFICERS, _OFFICER),
    Role.SECRETARIAT: (MessageKind.WORK, MessageKind.DEADLINE),
    Role.EXPERT: (MessageKind.SEAT, MessageKind.DEADLINE),
    Role.FINANCE_LIAISON: (MessageKind.WORK, MessageKind.OUTCOME, MessageKind.DEADLINE),
    Role.UNIT_OFFICER: (MessageKind.WORK, MessageKind.RETURNED, MessageKind.OUTCOME, MessageKind.DEADLINE),
}
