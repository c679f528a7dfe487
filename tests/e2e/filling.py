"""What the tests of filling in a form need beyond the small scene; each function runs inside the installation (``pilotage shell``)."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.e2e import scene
from tests.e2e.form import PDF

NEXT_CALL = "5g-factory-directory-2024"
JOINT_CALL = "5g-factory-joint-2023"
STATED = {"agreed": True, "by": "陆闻舟", "at": "2023-08-28T10:00:00+08:00"}


def colleague() -> None:
    """A second person of the first applicant."""
    from pilotage.accounts import services as accounts
    from pilotage.accounts.models import Organisation

    user = accounts.create_user(actor=None, email=scene.address("colleague"), name="同事", password=scene.PASSWORD, is_fictional=True)
    accounts.give_role(actor=None, user=user, organisation=Organisation.objects.get(name_zh=scene.FIRM), role="filer", is_manager=False)


def last_year() -> None:
    """The first applicant's project as listed last year, and this year's call from the same file."""
    from django.db import transaction

    from pilotage.accounts.models import User
    from pilotage.calls.models import Call
    from pilotage.registry.models import Enterprise
    from tests.factories import calls as make

    with transaction.atomic():
        user = User.objects.get(email=scene.address("filer"))
        _next_call()
        owner = Enterprise.objects.get(name_zh=scene.FIRM)
        listed = make.application(Call.objects.get(slug=scene.CALL), user, owner, "listed", data=make.answers(truth_statement=STATED))
        _contract(listed, user)


def _next_call() -> None:
    from pilotage.calls.loading import load_calls
    from pilotage.plan.models import Plan
    from tests.factories import calls as make

    title = {"zh": "2024年5G工厂名录", "en": "5G factory directory 2024"}
    apply = {"key": "apply", "kind": "apply", "title": {"zh": "企业申报", "en": "Application"}}
    apply |= {"opens": "2024-07-01T09:00", "closes": "2024-08-31T17:00"}
    document = make.call_document(call=NEXT_CALL, year=2024, title=title, stages=[apply])
    document["codes"].pop("recommenders", None)
    load_calls(Plan.objects.get(), [document], None)


def _contract(application: Any, user: Any) -> None:
    from django.core.files.base import ContentFile

    from pilotage.calls.models import Attachment

    known = {"size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(), "content_type": "application/pdf"}
    kept = Attachment(
        application=application, field="evidence_network", name="合同.pdf", uploaded_by=user, uploaded_at=application.created_at, **known
    )
    kept.file.save("contract", ContentFile(PDF), save=False)
    kept.save()


def together() -> None:
    """A call for consortia that the legal representative signs for, and the first applicant's legal representative."""
    from django.db import transaction

    from pilotage.accounts import services as accounts
    from pilotage.accounts.models import Organisation, User
    from pilotage.calls import services as calls
    from pilotage.calls.loading import load_calls
    from pilotage.calls.models import Call
    from pilotage.plan.models import Plan
    from pilotage.registry.models import Enterprise
    from tests.factories import calls as make
    from tests.factories.joint import consortium

    title = {"zh": "2023年5G工厂联合申报", "en": "Joint 5G factories 2023"}
    with transaction.atomic():
        document = make.call_document(call=JOINT_CALL, title=title, partners=consortium(), signoff="legal_representative")
        document["codes"].pop("recommenders", None)
        next(stage for stage in document["stages"] if stage["kind"] == "publish")["prefix"] = "5GJ"
        load_calls(Plan.objects.get(), [document], None)
        legal = accounts.create_user(actor=None, email=scene.address("legal"), name="沈砚", password=scene.PASSWORD, is_fictional=True)
        body = Organisation.objects.get(name_zh=scene.FIRM)
        accounts.give_role(actor=None, user=legal, organisation=body, role="legal_representative", is_manager=False)
        filer = User.objects.get(email=scene.address("filer"))
        owner = Enterprise.objects.get(name_zh=scene.FIRM)
        draft = calls.start_application(actor=filer, call=Call.objects.get(slug=JOINT_CALL), enterprise=owner)
        values = {key: value for key, value in make.answers().items() if key != "truth_statement"}
        calls.save_draft(actor=filer, application=draft, values=values, base_version=draft.draft_version)
        make.attachment(draft, filer)
