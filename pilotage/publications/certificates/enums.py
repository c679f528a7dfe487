from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class KeyState(TextChoices):
    ACTIVE = "active", _("In use")
    RETIRED = "retired", pgettext_lazy("key", "Retired")
    COMPROMISED = "compromised", pgettext_lazy("key", "Withdrawn")


class CertificateState(TextChoices):
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", pgettext_lazy("certificate", "Replaced")
    REVOKED = "revoked", _("Revoked")
