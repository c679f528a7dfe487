from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.models import User
from pilotage.audit.services import record
from pilotage.core.verdict import Invalid
from pilotage.messages.enums import Delivery
from pilotage.messages.models import Preference
from pilotage.messages.selectors import kinds_for


def set_preferences(*, actor: User, deliveries: Mapping[str, str]) -> None:
    """Choose per kind how messages reach the actor; kinds not named stay as they are."""
    allowed = set(kinds_for(actor))
    if any(kind not in allowed or delivery not in Delivery.values for kind, delivery in deliveries.items()):
        raise Invalid(_("Choose one of the ways listed."))
    rows = [Preference(user=actor, kind=kind, delivery=delivery) for kind, delivery in deliveries.items()]
    with transaction.atomic():
        Preference.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["delivery"])
        record(actor, "preference.set", actor=actor, extra={"deliveries": dict(deliveries)})


def set_language(*, actor: User, language: str) -> User:
    """The language of e-mails and digests to the actor."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("Choose one of the languages listed.")})
    if actor.language != language:
        with transaction.atomic():
            actor.language = language
            actor.save(update_fields=["language"])
            record(actor, "preference.language", actor=actor, extra={"language": language})
    return actor
