"""The page of an entry leads to its certificate, its cases and its partners: what is public of each, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from pilotage.calls.enums import PartnerState
from pilotage.calls.models import Partner
from pilotage.core import clock
from pilotage.core.codes import fictional_uscc
from pilotage.directory.models import Entry
from pilotage.publications.cases import publishing
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.certificates.models import Certificate
from tests.factories import case_studies, directory, joint
from tests.factories.accounts import Cast, enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(cast: Cast) -> Entry:
    found: Entry = directory.published(cast, count=1).entries[0]
    return found


def page(client: Client, entry: Entry) -> str:
    return client.get(f"/directory/entries/{entry.number}/").content.decode()


def partner(entry: Entry, cast: Cast, name: str, state: str, number: int) -> Partner:
    firm = enterprise(name, "320505")
    firm.uscc = fictional_uscc("320505", 90 + number)
    firm.save()
    return Partner.objects.create(
        application=entry.application, enterprise=firm, role="research", state=state, data={"contact_phone": "025-7654321"},
        invited_by=cast.filer, invited_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip


def test_the_certificate_in_force_is_linked(entry: Entry, client: Client) -> None:
    certificate = Certificate.objects.get(entry=entry)
    assert f'href="/certificates/{certificate.number}/"' in page(client, entry)


def test_only_partners_who_consented_are_named(entry: Entry, cast: Cast, client: Client) -> None:
    application = entry.application
    assert application is not None
    application.version.content["partners"] = joint.consortium()
    application.version.save(update_fields=["content"])
    assert "合作单位" not in page(client, entry)
    for number, state in enumerate(PartnerState.values):
        partner(entry, cast, f"某{state}研究院", state, number)
    html = page(client, entry)
    assert [state for state in PartnerState.values if f"某{state}研究院" in html] == ["consented"]
    assert ("科研院所" in html, "025-7654321" in html) == (True, False)


def test_its_published_cases_are_linked_until_taken_back(entry: Entry, cast: Cast, client: Client) -> None:
    case = case_studies.published(cast)
    address = f'href="/cases/{case.number}/"'
    assert address not in page(client, entry)
    CaseStudy.objects.filter(pk=case.pk).update(entry=None, application=entry.application)
    assert (address in page(client, entry), case_studies.WORDS["title_zh"] in page(client, entry)) == (True, True)
    CaseStudy.objects.filter(pk=case.pk).update(entry=entry, application=None)
    assert address in page(client, entry)
    publishing.withdraw_consents(actor=cast.filer, case=case, items=["text"])
    html = page(client, entry)
    assert (address in html, case_studies.WORDS["title_zh"] in html) == (False, False)
