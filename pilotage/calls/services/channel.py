"""Through whom an application goes up: the applicant's choice where the call leaves one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.models import Application, Recommender
from pilotage.calls.selectors import recommender_choices
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused


def choose_recommender(*, actor: Any, application: Application, recommender: Recommender) -> Application:
    """Send the draft through another recommender. Once filed it stays where it is: who holds it must not lose it."""
    with transaction.atomic():
        fresh = locked(application)
        rules.can_edit(actor, fresh).require()
        if fresh.submitted_at is not None:
            raise Refused(_("The application has been filed; it stays with the recommender that holds it."))
        if recommender not in recommender_choices(fresh.call, fresh.enterprise):
            raise Invalid({"recommender": _("This recommender cannot put the applicant forward in this call.")})
        Application.objects.filter(pk=fresh.pk).update(recommender=recommender, updated_at=clock.now())
        fresh.recommender = recommender
        record(fresh, "application.choose_recommender", actor=actor, extra={"recommender": recommender.code})
    application.recommender = recommender
    return application


def link_recommender(*, actor: Any, recommender: Recommender, organisation: Any) -> Recommender:
    """Say whose officers decide the list of a body without a territory."""
    with transaction.atomic():
        rules.can_link_recommender(actor).require()
        recommender.organisation = organisation
        recommender.save(update_fields=["organisation"])
        record(recommender, "recommender.link", actor=actor, extra={"organisation": organisation.pk})
    return recommender
