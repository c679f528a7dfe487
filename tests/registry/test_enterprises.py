from __future__ import annotations

from datetime import date

import pytest

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.core import search
from pilotage.core.codes import fictional_uscc
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.registry import services
from pilotage.registry.models import Enterprise, Identifier, Industry
from tests.factories.registry import EnterpriseFactory

CODE = fictional_uscc("320505", 1)


def verbs():
    return list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))


def test_an_enterprise_is_entered_with_place_identifiers_and_event(company):
    made = services.create_enterprise(
        actor=company.province_officer,
        name_zh=" 苏州演示传动有限公司 ",
        uscc=CODE.lower(),
        identifiers={"CN-STOCK": "7"},
        division="320505",
        industry=Industry.objects.get(pk="34"),
    )
    made.refresh_from_db()
    assert (made.name_zh, made.uscc, made.province_id, made.prefecture_id, made.county_id) == (
        "苏州演示传动有限公司",
        CODE,
        "320000",
        "320500",
        "320505",
    )
    assert sorted(made.identifiers.values_list("scheme", "value")) == [("CN-STOCK", "000007"), ("CN-USCC", CODE)]
    for text in ("演示传动", CODE, CODE[:10], "000007"):
        assert list(search.match(Enterprise.objects.all(), text)) == [made], text
    assert verbs()[-1] == "enterprise.create"
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("facts", "error", "field"),
    [
        ({"uscc": CODE[:-1] + "L"}, Invalid, "uscc"),
        ({"uscc": CODE, "division": "999999"}, Invalid, "division"),
        ({"uscc": CODE, "name_zh": " "}, Invalid, "name_zh"),
    ],
)
def test_a_wrong_entry_writes_nothing(company, facts, error, field):
    before = (Enterprise.objects.count(), audit.head())
    with pytest.raises(error) as refused:
        services.create_enterprise(actor=company.secretariat, **{"name_zh": "演示", **facts})
    assert set(refused.value.errors) == {field}
    assert (Enterprise.objects.count(), audit.head()) == before


def test_an_identifier_has_one_owner(company):
    EnterpriseFactory(uscc=CODE)
    with pytest.raises(Conflict):
        services.create_enterprise(actor=company.secretariat, name_zh="演示", uscc=CODE)
    with pytest.raises(Conflict):
        services.set_identifier(actor=company.secretariat, enterprise=company.enterprise, scheme="CN-USCC", value=CODE)
    assert Identifier.objects.filter(value=CODE).count() == 1


def test_a_province_officer_enters_only_for_the_own_province(company):
    with pytest.raises(Refused):
        services.create_enterprise(actor=company.province_officer, name_zh="演示", uscc=CODE, division="370700")
    with pytest.raises(Refused):
        services.update_enterprise(actor=company.province_officer, enterprise=company.enterprise, division="370700")
    with pytest.raises(Refused):
        services.create_enterprise(actor=company.outsider, name_zh="演示", uscc=CODE, division="320505")


def test_the_enterprise_changes_its_facts_but_not_its_identity(company):
    own = company.enterprise
    changed = services.update_enterprise(actor=company.filer, enterprise=own, address="江苏省苏州市示范路1号", size="medium")
    assert (changed.address, changed.size) == ("江苏省苏州市示范路1号", "medium")
    event = AuditEvent.objects.latest("number")
    assert (event.verb, event.object_id) == ("enterprise.update", str(own.pk))
    with pytest.raises(Refused):
        services.update_enterprise(actor=company.filer, enterprise=own, name_zh="改名有限公司")
    with pytest.raises(Refused):
        services.update_enterprise(actor=company.filer, enterprise=company.other_enterprise, address="x")
    with pytest.raises(Invalid):
        services.update_enterprise(actor=company.secretariat, enterprise=own, uscc=CODE)
    own.refresh_from_db()
    assert own.name_zh == "苏州砚舟精密传动有限公司"


def test_a_change_that_changes_nothing_is_no_event(company):
    head = audit.head()
    services.update_enterprise(actor=company.filer, enterprise=company.enterprise, address=company.enterprise.address)
    assert audit.head() == head


def test_two_people_changing_one_enterprise(company):
    base = services.version_of(company.enterprise)
    services.update_enterprise(actor=company.filer, enterprise=company.enterprise, address="甲路1号", base=base)
    with pytest.raises(Conflict):
        services.update_enterprise(actor=company.secretariat, enterprise=company.enterprise, address="乙路2号", base=base)
    company.enterprise.refresh_from_db()
    assert company.enterprise.address == "甲路1号"


def test_moving_an_enterprise_and_finding_it_by_its_new_name(company):
    services.update_enterprise(actor=company.secretariat, enterprise=company.enterprise, division="110108", name_zh="北京新名有限公司")
    company.enterprise.refresh_from_db()
    assert (company.enterprise.province_id, company.enterprise.prefecture_id, company.enterprise.county_id) == ("110000", None, "110108")
    assert list(search.match(Enterprise.objects.all(), "新名")) == [company.enterprise]
    assert list(search.match(Enterprise.objects.all(), "砚舟")) == []


def test_the_credit_code_is_mirrored_and_removed_with_its_identifier(company):
    services.set_identifier(actor=company.province_officer, enterprise=company.enterprise, scheme="CN-USCC", value=CODE)
    company.enterprise.refresh_from_db()
    assert company.enterprise.uscc == CODE
    services.remove_identifier(actor=company.province_officer, identifier=company.enterprise.identifiers.get(), reason="误录")
    company.enterprise.refresh_from_db()
    assert (company.enterprise.uscc, company.enterprise.identifiers.count()) == (None, 0)
    assert verbs()[-2:] == ["enterprise.identify", "enterprise.unidentify"]


def test_sites_and_titles(company):
    own = company.enterprise
    site = services.add_site(actor=company.filer, enterprise=own, name="一厂", division="320505", address="示范路1号")
    services.update_site(actor=company.filer, site=site, name="一厂（北区）", division="320505")
    site.refresh_from_db()
    assert (site.name, site.division_id) == ("一厂（北区）", "320505")
    services.remove_site(actor=company.filer, site=site)
    title = services.add_title(
        actor=company.province_officer, enterprise=own, name="演示荣誉", granted_on=date(2023, 1, 1), valid_until=date(2025, 12, 31)
    )
    with pytest.raises(Refused):
        services.add_title(actor=company.filer, enterprise=own, name="自封")
    with pytest.raises(Invalid):
        services.add_title(
            actor=company.province_officer, enterprise=own, name="倒", granted_on=date(2023, 1, 1), valid_until=date(2022, 1, 1)
        )
    with pytest.raises(Invalid):
        services.remove_title(actor=company.province_officer, title=title, reason=" ")
    services.remove_title(actor=company.province_officer, title=title, reason="撤销")
    assert (own.sites.count(), own.titles.count()) == (0, 0)
    assert verbs()[-5:] == ["site.add", "site.update", "site.remove", "title.add", "title.remove"]
    assert audit.verify() == []
