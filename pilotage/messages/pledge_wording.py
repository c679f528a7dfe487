"""The words of the letters about pledges, as (kind, title, body)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from pilotage.messages.enums import MessageKind as K

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: Mapping[str, tuple[K, _StrPromise, _StrPromise]] = {
    "pledge.offer": (
        K.WORK,
        _("IP rights offered as security: %(enterprise)s"),
        _("%(enterprise)s offers IP rights for a loan, pledge %(number)s. You may read these rights now."),
    ),
    "pledge.contract": (
        K.OUTCOME,
        _("Pledge contract entered: %(number)s"),
        _("%(bank)s has entered the pledge contract with %(enterprise)s. Next the registration file is filled and checked."),
    ),
    "pledge.file": (
        K.OUTCOME,
        _("Filed for registration: pledge %(number)s"),
        _("The registration of the pledge of %(enterprise)s to %(bank)s was filed. Enter what the office decides."),
    ),
    "pledge.note_defect": (K.DEADLINE, _("Defects to cure: pledge %(number)s"), _("The office names defects: %(reason)s")),
    "pledge.cure": (
        K.OUTCOME,
        _("Defects cured: pledge %(number)s"),
        _("The corrected file was handed in; the term of the office begins anew."),
    ),
    "pledge.refuse": (
        K.OUTCOME,
        _("Registration refused: pledge %(number)s"),
        _("The office refuses the registration. Reason: %(reason)s"),
    ),
    "pledge.register": (
        K.OUTCOME,
        _("Pledge registered: %(number)s"),
        _("The pledge of %(enterprise)s to %(bank)s is registered under %(registration)s."),
    ),
    "pledge.publish": (K.OUTCOME, _("Pledge published: %(number)s"), _("The gazette has published the pledge.")),
    "pledge.disburse": (K.OUTCOME, _("Loan disbursed: pledge %(number)s"), _("%(bank)s has disbursed the loan to %(enterprise)s.")),
    "pledge.change": (
        K.OUTCOME,
        _("Pledge changed: %(number)s"),
        _("%(bank)s has entered a change of the registered terms. Compare what was and what is."),
    ),
    "pledge.default": (K.OUTCOME, _("Default entered: pledge %(number)s"), _("%(bank)s has entered a default. Reason: %(reason)s")),
    "pledge.claim": (
        K.OUTCOME,
        _("Risk compensation claimed: pledge %(number)s"),
        _("%(bank)s has claimed compensation from the fund of the region."),
    ),
    "pledge.dispose": (K.OUTCOME, _("Rights disposed of: pledge %(number)s"), _("%(bank)s has disposed of the rights. %(reason)s")),
    "pledge.repay": (
        K.OUTCOME,
        _("Loan repaid: pledge %(number)s"),
        _("%(bank)s has entered the repayment. Now the registration is to be cancelled."),
    ),
    "pledge.cancel": (K.OUTCOME, _("Pledge cancelled: %(number)s"), _("The rights of %(enterprise)s are free of this pledge.")),
    "pledge.withdraw": (K.OUTCOME, _("Pledge withdrawn: %(number)s"), _("The other side has withdrawn. Reason: %(reason)s")),
    "pledge.second": (
        K.WORK,
        _("A second person is needed: pledge %(number)s"),
        _("A colleague has proposed a step that takes two people. Check it, then confirm it or leave it."),
    ),
    "pledge.flag": (
        K.DEADLINE,
        _("To look at: pledge %(number)s"),
        _("Monitoring has found something in the pledge of %(enterprise)s to %(bank)s: %(flags)s."),
    ),
}
