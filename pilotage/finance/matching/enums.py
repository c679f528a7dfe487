from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(TextChoices):
    """What the money is for. Ours; banks' own lists differ and are said in the note of an offer."""

    WORKING_CAPITAL = "working_capital", _("working capital")
    EQUIPMENT = "equipment", _("equipment")
    TRANSFORMATION = "transformation", _("digital and technical transformation")
    RESEARCH = "research", _("research and development")
    EXPANSION = "expansion", _("new capacity")
    REFINANCING = "refinancing", _("refinancing")
    ACQUISITION = "acquisition", pgettext_lazy("purpose of financing", "acquisition")


class Collateral(TextChoices):
    PATENTS = "patents", _("patents")
    TRADEMARKS = "trademarks", _("trademarks")
    REAL_ESTATE = "real_estate", _("land and buildings")
    EQUIPMENT = "equipment", _("equipment")
    RECEIVABLES = "receivables", _("receivables")
    SHARES = "shares", pgettext_lazy("collateral", "shares")
    GUARANTEE = "guarantee", _("guarantee by a third party")
    NONE = "none", pgettext_lazy("collateral", "none")


class FundingStage(TextChoices):
    SEED = "seed", pgettext_lazy("stage of funding", "seed")
    EARLY = "early", pgettext_lazy("stage of funding", "early")
    GROWTH = "growth", pgettext_lazy("stage of funding", "growth")
    LATE = "late", pgettext_lazy("stage of funding", "late")
    BEFORE_LISTING = "before_listing", _("before listing")


class OfferKind(TextChoices):
    PRODUCT = "product", pgettext_lazy("offer of financing", "product")
    THESIS = "thesis", _("investment thesis")


class NeedState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", pgettext_lazy("need", "Open")
    MET = "met", pgettext_lazy("need", "Met")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", pgettext_lazy("need", "Expired")


class OfferState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", pgettext_lazy("offer of financing", "Offered")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", pgettext_lazy("offer of financing", "Expired")


class IntroductionState(TextChoices):
    """A7 of the finance dossier: introduced, NDA, due diligence, term sheet, closed; and how it can end before."""

    ASKED = "asked", _("Waiting for consent")
    INTRODUCED = "introduced", _("Introduced")
    NDA = "nda", _("NDA signed")
    DUE_DILIGENCE = "due_diligence", _("Due diligence")
    TERM_SHEET = "term_sheet", _("Term sheet")
    CLOSED = "closed", pgettext_lazy("introduction", "Closed")
    DECLINED = "declined", pgettext_lazy("introduction", "Declined")
    LAPSED = "lapsed", pgettext_lazy("introduction", "Lapsed")


IN_TALKS = (IntroductionState.INTRODUCED, IntroductionState.NDA, IntroductionState.DUE_DILIGENCE, IntroductionState.TERM_SHEET)
ACTIVE = (IntroductionState.ASKED, *IN_TALKS)


class Side(TextChoices):
    ENTERPRISE = "enterprise", pgettext_lazy("side of an introduction", "enterprise")
    INSTITUTION = "institution", pgettext_lazy("side of an introduction", "institution")


class NoteState(TextChoices):
    PLANNED = "planned", pgettext_lazy("bond note", "Planned")
    TAGGED = "tagged", pgettext_lazy("bond note", "Tagged sci-tech")
    ISSUED = "issued", pgettext_lazy("bond note", "Issued")
    DROPPED = "dropped", pgettext_lazy("bond note", "Dropped")


class NoteBasis(TextChoices):
    """What makes a note a sci-tech note: who issues it, or what the proceeds are used for."""

    ISSUER = "issuer", _("by issuer")
    USE = "use", _("by use of proceeds")
    BOTH = "both", _("by issuer and by use of proceeds")


class BatchBasis(TextChoices):
    TITLES = "titles", _("enterprises with a title")
    PROJECTS = "projects", _("projects of a directory")


class BatchState(TextChoices):
    DRAFT = "draft", _("Draft")
    FROZEN = "frozen", _("Signed off")
    DROPPED = "dropped", pgettext_lazy("re-lending list", "Dropped")
