"""Through whom an application goes up: the applicant's choice where the call leaves one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.accounts.services import create_organisation
from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.enums import RecommenderKind
from pilotage.calls.models import Application, Call, Recommender
from pilotage.calls.quotas import add_missing_quotas
from pilotage.calls.selectors import recommender_choices
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.registry.models import Enterprise

# kinds of which no public list is complete, so an installation enters its own
ADDED_KINDS = (RecommenderKind.CENTRAL_ENTERPRISE, RecommenderKind.BUREAU)


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


def add_recommender(*, actor: Any, kind: str, name_zh: str, name_en: str = "", enterprise: Enterprise | None = None) -> Recommender:
    """Enter a central enterprise or bureau with the body whose officers decide its list; it gets its quota in every call that takes its kind.

    Raises ``Invalid`` with a sentence per field. ``enterprise`` is the group itself: its members may be recommended by it.
    """
    rules.can_link_recommender(actor).require()
    errors = {}
    if kind not in ADDED_KINDS:
        errors["kind"] = _("Choose one of the kinds listed.")
    if not name_zh.strip():
        errors["name_zh"] = _("Give the name.")
    elif Recommender.objects.filter(name_zh=name_zh.strip()).exists():
        errors["name_zh"] = _("There is a recommender of this name already.")
    if kind == RecommenderKind.CENTRAL_ENTERPRISE and enterprise is None:
        errors["uscc"] = _("Give the group's credit code: its members are known by the group.")
    elif enterprise is not None and Organisation.objects.filter(enterprise=enterprise).exists():
        errors["uscc"] = _("This enterprise files for itself already; its recommending body must be another.")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        body = create_organisation(
            actor=actor, kind=OrganisationKind.RECOMMENDER, name_zh=name_zh.strip(), name_en=name_en.strip(), enterprise=enterprise
        )
        recommender = Recommender.objects.create(
            code=f"{'CE' if kind == RecommenderKind.CENTRAL_ENTERPRISE else 'MB'}-{body.pk}",
            kind=kind,
            name_zh=body.name_zh,
            name_en=body.name_en,
            organisation=body,
        )
        for call in Call.objects.filter(current__isnull=False).select_related("current").order_by("pk"):
            add_missing_quotas(call, call.current.content if call.current else {})
        record(recommender, "recommender.add", actor=actor)
    return recommender


def link_recommender(*, actor: Any, recommender: Recommender, organisation: Any) -> Recommender:
    """Say whose officers decide the list of a body without a territory."""
    rules.can_link_recommender(actor).require()
    if organisation.kind != OrganisationKind.RECOMMENDER or recommender.kind not in (*ADDED_KINDS, RecommenderKind.XPCC):
        raise Invalid({"organisation": _("Only a body without a territory takes a recommending organisation.")})
    with transaction.atomic():
        recommender.organisation = organisation
        recommender.save(update_fields=["organisation"])
        record(recommender, "recommender.link", actor=actor, extra={"organisation": organisation.pk})
    return recommender
