"""Calls whose applications are filled in by several enterprises and signed by the legal representative."""

from __future__ import annotations

from typing import Any

from pilotage.calls.models import Application, Call
from pilotage.calls.services import start_application
from pilotage.core.codes import fictional_uscc
from tests.factories import calls as make
from tests.factories.accounts import enterprise as make_enterprise

PART = {"main_revenue": "1200", "no_violation": True, "contact_name": "合作人", "contact_phone": "025-00000000"}
ROLES = [
    {"value": "operator", "label": {"zh": "基础电信企业", "en": "Telecom operator"}},
    {"value": "research", "label": {"zh": "科研院所", "en": "Research institute"}},
]


def consortium(**changes: Any) -> dict[str, Any]:
    return {"min": 1, "max": 2, "roles": ROLES, "sections": ["enterprise"], "consent": True, **changes}


def call(**changes: Any) -> Call:
    """The 5G call as a call for consortia; ``partners=None`` or ``signoff`` change it."""
    given = {"partners": consortium(), **changes}
    return make.call(**{key: value for key, value in given.items() if value is not None})


def complete_draft(call: Call, cast: Any) -> Application:
    """A draft of the filer's with everything the lead has to answer but the statement."""
    from pilotage.calls.services import save_draft

    register(cast.enterprise, 1)
    register(cast.other_enterprise, 2)
    draft = start_application(actor=cast.filer, call=call, enterprise=cast.enterprise)
    answers = {key: value for key, value in make.answers().items() if key != "truth_statement"}
    save_draft(actor=cast.filer, application=draft, values=answers, base_version=draft.draft_version)
    make.attachment(draft, cast.filer)
    return draft


def register(enterprise: Any, number: int) -> Any:
    """Give the enterprise a credit code, which the form takes from the register."""
    enterprise.uscc = fictional_uscc("320505", number)
    enterprise.save()
    return enterprise


def partner_firm(name: str, number: int = 1) -> tuple[Any, Any]:
    """An enterprise with its filer."""
    from pilotage.accounts.enums import Role
    from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

    firm = register(make_enterprise(name, "320505"), 10 + number)
    user = UserFactory(name=f"{name}申报人", email=f"partner{number}@example.org")
    MembershipFactory(user=user, organisation=OrganisationFactory(kind="enterprise", name_zh=name, enterprise=firm), role=Role.FILER)
    return firm, user
