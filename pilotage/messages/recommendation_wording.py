"""The words of the letters about recommendations and tier rounds, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    # --- to the enterprise
    "listing.asked": (
        K.OUTCOME,
        _("Your consent is asked: recommendation to %(receiver)s"),
        _("%(enterprise)s is to be recommended with “%(list)s”. Read what is handed over; your legal representative consents or refuses."),
    ),
    "listing.left_out": (
        K.OUTCOME,
        _("Left out of a recommendation: %(list)s"),
        _("%(enterprise)s is not on the list to %(receiver)s any more. Reason: %(reason)s"),
    ),
    "listing.sent": (
        K.PROGRESS,
        _("Recommended to %(receiver)s"),
        _("“%(list)s” was signed off and handed over with %(enterprise)s on it. The answer is told here."),
    ),
    "listing.dropped": (
        K.OUTCOME,
        _("Recommendation dropped: %(list)s"),
        _("The list is not sent to %(receiver)s. Reason: %(reason)s"),
    ),
    "listing.answer": (
        K.OUTCOME,
        _("%(receiver)s has answered: %(answer)s"),
        _("This is about %(enterprise)s in “%(list)s”. What was said: %(reason)s"),
    ),
    # --- to the receiver
    "listing.arrived": (
        K.WORK,
        _("New recommendation: %(list)s"),
        _("The secretariat has handed over list %(number)s. Confirm the receipt and answer for each enterprise."),
    ),
    # --- to the secretariat
    "listing.complete": (
        K.WORK,
        _("Everybody has decided: %(list)s"),
        _("No consent is missing on list %(number)s to %(receiver)s any more. It can be proposed for sign-off."),
    ),
    "listing.refused": (
        K.WORK,
        _("Refused to be recommended: %(enterprise)s"),
        _("It is off “%(list)s”. Reason: %(reason)s"),
    ),
    "listing.withdrawn": (
        K.WORK,
        _("Consent withdrawn: %(enterprise)s"),
        _("It is off “%(list)s”. A proposal that is open holds no longer: propose the list anew. Reason: %(reason)s"),
    ),
    "listing.second": (
        K.WORK,
        _("A second signature is needed: %(list)s"),
        _("A colleague has proposed to sign off list %(number)s to %(receiver)s. Check it, then confirm it or leave it."),
    ),
    "listing.received": (
        K.WORK,
        _("Receipt confirmed: %(list)s"),
        _("%(receiver)s has received list %(number)s under number %(receipt)s."),
    ),
    "listing.answered": (
        K.WORK,
        _("%(receiver)s has answered for %(enterprise)s: %(answer)s"),
        _("This is about “%(list)s”. What was said: %(reason)s"),
    ),
    "listing.answered.many": (
        K.WORK,
        _("%(receiver)s has answered for %(count)s enterprises"),
        _("This is about “%(list)s”."),
    ),
    # --- tier rounds
    "round.opened": (
        K.OUTCOME,
        _("Your company is on a preliminary tier list: %(number)s"),
        _("%(enterprise)s is on the preliminary list of tier round %(number)s. Objections can be raised until %(until)s."),
    ),
    "round.closed": (
        K.PROGRESS,
        _("The days to object are over: tier round %(number)s"),
        _("Objections are being decided; then two people make the list with %(enterprise)s final."),
    ),
    "round.over": (
        K.WORK,
        _("The days to object are over: tier round %(number)s"),
        _("Decide the objections that are open, then propose to make the list final."),
    ),
    "round.second": (
        K.WORK,
        _("A second signature is needed: tier round %(number)s"),
        _("A colleague has proposed to make the list final. Check it, then confirm it or leave it."),
    ),
    "round.final": (
        K.OUTCOME,
        _("The tier list is final: %(number)s"),
        _("%(enterprise)s is on its new tier from %(effective)s."),
    ),
    "round.off": (
        K.OUTCOME,
        _("The tier list is final: %(number)s"),
        _("%(enterprise)s was taken off the list after an objection and stays on its tier."),
    ),
    "round.dropped": (
        K.OUTCOME,
        _("Tier round dropped: %(number)s"),
        _("%(enterprise)s stays on its tier. Reason: %(reason)s"),
    ),
    "round.objection": (
        K.WORK,
        _("Objection to a tier list: %(enterprise)s"),
        _("An objection was raised in tier round %(number)s. Decide it before the list is made final."),
    ),
    "round.objected": (
        K.OUTCOME,
        _("An objection concerns your company: tier round %(number)s"),
        _("It is about %(enterprise)s. The page of the round shows what is said; it is decided before the list is final."),
    ),
    "round.upheld": (
        K.OUTCOME,
        _("Objection upheld: tier round %(number)s"),
        _("%(enterprise)s is taken off the list. Reason: %(reason)s"),
    ),
    "round.dismissed": (
        K.OUTCOME,
        _("Objection dismissed: tier round %(number)s"),
        _("%(enterprise)s stays on the list. Reason: %(reason)s"),
    ),
}
