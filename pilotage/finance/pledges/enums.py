from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class IpKind(TextChoices):
    PATENT = "patent", _("Invention patent")
    UTILITY_MODEL = "utility_model", _("Utility model")
    DESIGN = "design", pgettext_lazy("kind of right", "Design")
    TRADEMARK = "trademark", _("Trademark")
    COPYRIGHT = "copyright", _("Copyright")


PATENTS = (IpKind.PATENT, IpKind.UTILITY_MODEL, IpKind.DESIGN)


class EventCode(TextChoices):
    """What happened to a right. Capitals are codes of the gazette (A5 of the finance dossier), the others are ours."""

    PE01 = "PE01", _("Pledge registered")
    PM01 = "PM01", _("Pledge changed")
    PC01 = "PC01", _("Pledge cancelled")
    PP01 = "PP01", _("Preservation by a court")
    PD01 = "PD01", _("Preservation lifted")
    TR01 = "TR01", _("Transfer of the right")
    IP01 = "IP01", _("Declared invalid in part")
    IW01 = "IW01", _("Declared invalid")
    DISPUTE = "dispute", _("Dispute over the owner")
    SETTLED = "settled", _("Dispute settled")
    CONTESTED = "contested", _("Invalidation requested")
    UPHELD = "upheld", _("Maintained in full")
    FEE_PAID = "fee_paid", _("Annual fee paid")
    CEASED = "ceased", _("Ceased")
    RESTORED = "restored", _("Restored")
    LOOKED_UP = "looked_up", _("Looked up in the register")


# what a person enters; a registration of this platform writes its own
ENTERED = tuple(code for code in EventCode if code != EventCode.PM01)


class Method(TextChoices):
    """How a right was valued."""

    INCOME = "income", pgettext_lazy("valuation", "Income approach")
    MARKET = "market", pgettext_lazy("valuation", "Market approach")
    COST = "cost", pgettext_lazy("valuation", "Cost approach")
    BANK = "bank", _("The bank's own valuation")
    AGREED = "agreed", _("Agreed by both sides")


class PledgeState(TextChoices):
    """A5 of the finance dossier: from the offer to the cancellation, and the ways out."""

    OFFERED = "offered", pgettext_lazy("pledge", "Offered")
    CONTRACTED = "contracted", _("Contract signed")
    FILED = "filed", pgettext_lazy("pledge", "Filed for registration")
    DEFECT = "defect", _("Defects to cure")
    REGISTERED = "registered", pgettext_lazy("pledge", "Registered")
    REFUSED = "refused", pgettext_lazy("pledge", "Refused")
    PUBLISHED = "published", pgettext_lazy("pledge", "Published in the gazette")
    DISBURSED = "disbursed", _("Disbursed")
    IN_DEFAULT = "in_default", _("In default")
    CLAIMED = "claimed", _("Compensation claimed")
    DISPOSED = "disposed", _("Disposed of")
    REPAID = "repaid", _("Repaid")
    CANCELLED = "cancelled", pgettext_lazy("pledge", "Cancelled")
    WITHDRAWN = "withdrawn", pgettext_lazy("pledge", "Withdrawn")


S = PledgeState
# the register shows the pledge
SECURED = (S.REGISTERED, S.PUBLISHED, S.DISBURSED, S.IN_DEFAULT, S.CLAIMED, S.DISPOSED, S.REPAID)
# money is out
OUTSTANDING = (S.DISBURSED, S.IN_DEFAULT, S.CLAIMED)
# whose step comes next
OF_BOTH = (S.CONTRACTED, S.FILED, S.DEFECT)
OF_BANK = (S.OFFERED, *OF_BOTH, S.REGISTERED, S.PUBLISHED, S.IN_DEFAULT, S.CLAIMED, S.DISPOSED, S.REPAID)
# the registration file is open
FILLED_IN = (S.CONTRACTED, S.DEFECT)
ENDED = (S.REFUSED, S.CANCELLED, S.WITHDRAWN)
# what is watched every day
WATCHED = tuple(state for state in PledgeState if state not in ENDED)


class Paper(TextChoices):
    """What the registration file holds (finance dossier A5, after the Wuxi IP protection centre)."""

    APPLICATION = "application", _("Application signed by both parties")
    CONTRACT = "contract", _("Pledge contract")
    IDENTITIES = "identities", _("Identities of both parties, or a signed commitment")
    POWERS = "powers", _("Powers of attorney")
    AGENT = "agent", _("Identity of the agent")
    VALUATION = "valuation", _("Valuation report")
    # ours: asked for only where others own a pledged right too
    CONSENT = "consent", _("Written consent of the co-owners")


class PaperState(TextChoices):
    THERE = "there", pgettext_lazy("paper of a pledge", "There")
    MISSING = "missing", pgettext_lazy("paper of a pledge", "Missing")
    NOT_NEEDED = "not_needed", pgettext_lazy("paper of a pledge", "Not needed")


# may be not needed: no agent files, no value is declared
OPTIONAL_PAPERS = (Paper.POWERS, Paper.AGENT, Paper.VALUATION)


class FlagKind(TextChoices):
    FEE_DUE = "fee_due", _("Annual fee due soon")
    FEE_UNPAID = "fee_unpaid", _("Annual fee unpaid")
    INVALIDATION = "invalidation", _("Invalidation requested or declared")
    TRANSFER = "transfer", _("The pledgor is no longer the owner")
    ENDED = "ended", _("The right has ended")
    LIFE = "life", _("Debt ends after the right")
    DOUBLE = "double", _("Pledged twice")
    PRESERVED = "preserved", _("Preservation or dispute")
    VALUATION = "valuation", _("Valuation has run out")
    DEBT = "debt", _("Debt ends soon")
    OVERDUE = "overdue", _("Debt overdue")


class Answer(TextChoices):
    """One ground of refusal, as it stands."""

    CLEAR = "clear", pgettext_lazy("ground of refusal", "Does not apply")
    ACKNOWLEDGED = "acknowledged", _("Applies, both sides know and accept")
    REFUSES = "refuses", pgettext_lazy("ground of refusal", "Applies")
    UNKNOWN = "unknown", pgettext_lazy("ground of refusal", "Cannot determine")


class Ground(TextChoices):
    """The twelve grounds on which registration is refused (Announcement No. 461; finance dossier A5)."""

    OWNER = "owner", _("The pledgor is not the registered owner")
    ENDED = "ended", _("The right has ceased or was declared invalid")
    UNGRANTED = "ungranted", _("The right is not granted")
    FEE = "fee", _("An annual fee is unpaid")
    DISPUTE = "dispute", _("Dispute over the owner, or preservation by a court")
    LIFE = "life", _("The debt ends after the right")
    CONTRACT = "contract", _("The contract lacks what article 8 asks for")
    CO_OWNERS = "co_owners", _("Consent of co-owners is missing")
    PLEDGED = "pledged", _("The right is pledged already")
    PAIR = "pair", _("Utility model and invention filed on one day")
    CONTESTED = "contested", _("Invalidation is pending")
    OTHER = "other", _("Other grounds")


# both sides may know and accept these two
ACKNOWLEDGEABLE = (Ground.PAIR, Ground.CONTESTED)
