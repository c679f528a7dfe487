from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DivisionLevel(TextChoices):
    PROVINCE = "province", _("province")
    PREFECTURE = "prefecture", _("prefecture")
    COUNTY = "county", _("county")


class IndustryLevel(TextChoices):
    SECTION = "section", _("section")
    DIVISION = "division", _("major category")


class IdentifierScheme(TextChoices):
    """Who issued an enterprise's identifier. Values follow org-id.guide where it lists the register."""

    USCC = "CN-USCC", _("unified social credit code")
    CN_STOCK = "CN-STOCK", _("stock code (China)")
    LEI = "XI-LEI", _("legal entity identifier")
    EU_VAT = "EU-VAT", _("VAT number (EU)")
    FR_SIREN = "FR-SIREN", _("SIREN (France)")
    GB_COH = "GB-COH", _("company number (United Kingdom)")
    OTHER = "OTHER", _("other identifier")


class SubjectKind(TextChoices):
    """Who applies in calls of this field (domain.md B3, C, D): not every applicant is an enterprise."""

    ENTERPRISE = "enterprise", _("enterprise")
    BRANCH = "branch", _("branch")
    INSTITUTE = "institute", _("university or institute")
    PARK = "park", _("park operator")
    CITY = "city", _("city government")


class Ownership(TextChoices):
    """The classes in which the 2025 directory's ownership shares were published (domain.md B2)."""

    PRIVATE = "private", _("private")
    CENTRAL_SOE = "central_soe", _("central state-owned")
    OTHER_SOE = "other_soe", _("other state-owned")
    STATE_CONTROLLED = "state_controlled", _("state-controlled")
    FOREIGN = "foreign", _("foreign")
    JOINT_VENTURE = "joint_venture", _("joint venture")


class Size(TextChoices):
    LARGE = "large", _("large")
    MEDIUM = "medium", _("medium")
    SMALL = "small", _("small")
    MICRO = "micro", _("micro")


class ImportState(TextChoices):
    UPLOADED = "uploaded", pgettext_lazy("import", "uploaded")
    CHECKING = "checking", pgettext_lazy("import", "being checked")
    CHECKED = "checked", pgettext_lazy("import", "checked")
    RUNNING = "running", pgettext_lazy("import", "being written")
    DONE = "done", pgettext_lazy("import", "done")
    FAILED = "failed", pgettext_lazy("import", "failed")
