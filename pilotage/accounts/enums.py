from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    MINISTRY = "ministry", _("ministry")
    PROVINCE = "province", _("provincial industry department")
    CITY = "city", _("city industry bureau")
    DISTRICT = "district", _("district industry bureau")
    COMMUNICATIONS = "communications", _("communications administration")
    ENTERPRISE = "enterprise", _("enterprise")
    EXPERTS = "experts", _("expert committee")
    FINANCE = "finance", _("financial institution")
    AUDIT = "audit", _("audit office")
    RECOMMENDER = "recommender", _("recommending body without a territory")
    UNIT = "unit", _("responsible unit")


class Role(TextChoices):
    FILER = "filer", _("filer")
    LEGAL_REPRESENTATIVE = "legal_representative", _("legal representative")
    DISTRICT_OFFICER = "district_officer", _("district officer")
    CITY_OFFICER = "city_officer", _("city officer")
    PROVINCE_OFFICER = "province_officer", _("province officer")
    COMMUNICATIONS_OFFICER = "communications_officer", _("communications officer")
    # of a central enterprise, XPCC or a ministry bureau: what it reaches is its own list, not a territory
    RECOMMENDING_OFFICER = "recommending_officer", _("recommending officer")
    SECRETARIAT = "secretariat", _("secretariat")
    EXPERT = "expert", _("expert")
    FINANCE_LIAISON = "finance_liaison", _("finance liaison")
    AUDITOR = "auditor", _("auditor")
    # of a unit that leads or takes part in measures of the plan
    UNIT_OFFICER = "unit_officer", _("unit officer")


# which roles an organisation of each kind can give
ROLES_OF_KIND = {
    OrganisationKind.MINISTRY: {Role.SECRETARIAT},
    OrganisationKind.PROVINCE: {Role.PROVINCE_OFFICER},
    OrganisationKind.CITY: {Role.CITY_OFFICER},
    OrganisationKind.DISTRICT: {Role.DISTRICT_OFFICER},
    OrganisationKind.COMMUNICATIONS: {Role.COMMUNICATIONS_OFFICER},
    OrganisationKind.ENTERPRISE: {Role.FILER, Role.LEGAL_REPRESENTATIVE},
    OrganisationKind.EXPERTS: {Role.EXPERT},
    OrganisationKind.FINANCE: {Role.FINANCE_LIAISON},
    OrganisationKind.AUDIT: {Role.AUDITOR},
    OrganisationKind.RECOMMENDER: {Role.RECOMMENDING_OFFICER},
    OrganisationKind.UNIT: {Role.UNIT_OFFICER},
}
