"""The scene for opening every call: one person files for a subject of each kind, and every call takes applications at once."""

from __future__ import annotations

from datetime import datetime

from tests.e2e.scene import BEIJING, CALL, PASSWORD, address

NOW, OPENS, CLOSES = "2024-01-03T10:00", "2024-01-02T09:00", "2024-01-31T17:00"
WHO = "everywhere"
SUBJECTS = {
    "苏州演示精密制造有限公司": ("enterprise", "320505", "34"),
    "苏州演示化工有限公司": ("enterprise", "320505", "26"),
    "沈阳演示重型机械有限公司": ("enterprise", "210102", "34"),
    "苏州演示产业园区发展有限公司": ("park", "320505", ""),
    "南京演示市人民政府": ("city", "320100", ""),
}


def build() -> None:
    """The first subject holds an entry of the 5G factory directory, as the call for benchmarks asks."""
    from django.db import transaction

    from pilotage.accounts import services as accounts
    from pilotage.calls.enums import StageKind
    from pilotage.calls.models import Call
    from tests.factories import walks

    with transaction.atomic():
        filer = accounts.create_user(actor=None, email=address(WHO), name="申报人", password=PASSWORD, is_fictional=True)
        offices = walks.offices("320505")
        subjects = [
            walks.applicant(name, place, kind=kind, industry=industry, number=number)
            for number, (name, (kind, place, industry)) in enumerate(SUBJECTS.items(), start=50)
        ]
        for each in subjects:
            accounts.give_role(actor=None, user=filer, organisation=each.subject.organisation, role="filer")
        factories = Call.objects.get(slug=CALL)
        with walks.during(factories, StageKind.APPLY):
            application = walks.submit(walks.draft(factories, subjects[0], building_state="built"), subjects[0])
        walks.carry_on(application, offices)
        _open_all(offices.secretariat)


def _open_all(secretariat: object) -> None:
    from pilotage.calls import services as calls
    from pilotage.calls.enums import StageKind
    from pilotage.calls.models import Stage

    opens, closes = (datetime.fromisoformat(text).replace(tzinfo=BEIJING) for text in (OPENS, CLOSES))
    for stage in Stage.objects.filter(kind=StageKind.APPLY).select_related("call"):
        calls.set_stage_dates(actor=secretariat, call=stage.call, stage=stage, opens_at=opens, closes_at=closes, reason="演示")
