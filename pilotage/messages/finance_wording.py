"""The words of the letters about needs, offers and introductions, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "introduction.asked": (
        K.OUTCOME,
        _("%(institution)s asks to be introduced: need %(need)s"),
        _("“%(offer)s” fits your need %(need)s. The institution does not know who you are; your legal representative decides."),
    ),
    "introduction.wished": (
        K.OUTCOME,
        _("Introduction to decide: %(institution)s"),
        _("Your colleagues wish to be introduced to %(institution)s about need %(need)s, “%(offer)s”. You decide."),
    ),
    "introduction.agreed": (
        K.OUTCOME,
        _("Introduced: %(enterprise)s"),
        _("%(enterprise)s has consented to the introduction about “%(offer)s”. You may see its data now."),
    ),
    "introduction.consented": (
        K.PROGRESS,
        _("Introduced to %(institution)s: need %(need)s"),
        _(
            "Your legal representative has consented to the introduction about “%(offer)s”. The institution sees name, data and contacts now."
        ),
    ),
    "introduction.corrected": (
        K.OUTCOME,
        _("Contract put right: %(institution)s"),
        _("%(institution)s has put the contract about need %(need)s right. What was wrong: %(reason)s"),
    ),
    "introduction.moved": (
        K.PROGRESS,
        _("A step with %(institution)s: %(number)s"),
        _("%(institution)s has entered a step about need %(need)s, “%(offer)s”."),
    ),
    "introduction.closed": (
        K.OUTCOME,
        _("Contract entered: %(institution)s"),
        _("%(institution)s has entered the contract about need %(need)s. Check the amount and the day."),
    ),
    "introduction.declined": (
        K.OUTCOME,
        _("Introduction declined: %(number)s"),
        _("The introduction of %(enterprise)s and %(institution)s about “%(offer)s” was declined. Reason: %(reason)s"),
    ),
    "introduction.lapsed": (
        K.OUTCOME,
        _("Introduction lapsed: %(number)s"),
        _("Nothing has moved in the introduction of %(enterprise)s and %(institution)s about “%(offer)s”. It has ended."),
    ),
    "introduction.remind": (
        K.DEADLINE,
        _("Enter how it stands: %(enterprise)s"),
        _("No step has been entered for a while in the introduction about “%(offer)s”. Enter the next step, or decline it with a reason."),
    ),
    "introduction.waiting": (
        K.DEADLINE,
        _("An introduction waits for your decision: %(institution)s"),
        _("It is about need %(need)s, “%(offer)s”. Consent to it, or decline it with a reason."),
    ),
    "need.match": (
        K.WORK,
        _("A need fits “%(offer)s”: %(amount)s"),
        _("Need %(need)s has no gap against your offer. Read why, and ask for an introduction; until then the enterprise is not named."),
    ),
    "offer.match": (
        K.WORK,
        _("An offer fits your need %(need)s: %(institution)s"),
        _("“%(offer)s” has no gap against it. Read why; your legal representative can consent to an introduction."),
    ),
    "offer.withdrawn": (
        K.OUTCOME,
        _("Offer withdrawn: %(institution)s"),
        _("“%(offer)s”, about which you are in touch, was withdrawn. Reason: %(reason)s"),
    ),
    "note.plan": (
        K.PROGRESS,
        _("Interbank note entered: %(note)s"),
        _("A note of %(amount)s was entered. Next it is checked what makes it a sci-tech note."),
    ),
    "note.tag": (K.OUTCOME, _("Tagged as sci-tech: %(note)s"), _("The note of %(amount)s was tagged. The page says by which conditions.")),
    "note.untag": (K.OUTCOME, _("Tag taken off: %(note)s"), _("The note is not tagged as sci-tech any more. Reason: %(reason)s")),
    "note.issue": (K.OUTCOME, _("Issued: %(note)s"), _("%(amount)s were issued.")),
    "note.drop": (K.OUTCOME, _("Note dropped: %(note)s"), _("The note is not pursued any more. Reason: %(reason)s")),
    "relending.second": (
        K.WORK,
        _("Re-lending list to sign off: %(list)s"),
        _("%(number)s for %(bank)s was proposed. A second person looks through it and confirms."),
    ),
    "relending.frozen": (
        K.OUTCOME,
        _("Re-lending list for you: %(list)s"),
        _("%(number)s is signed off and does not change any more. Download it in your own columns."),
    ),
    "need.expired": (
        K.DEADLINE,
        _("Your need has run out: %(number)s"),
        _("Institutions do not see it any more. Take it back and open it again to renew it."),
    ),
    "offer.expired": (
        K.DEADLINE,
        _("Your offer has run out: %(offer)s"),
        _("Enterprises do not see offer %(number)s any more. Take it back and open it again to renew it."),
    ),
}
