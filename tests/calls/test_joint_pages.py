"""Pages of consortia and signatures: who sees them, what they say, and what they cost."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from pilotage.calls import services
from pilotage.calls.models import Application, Partner, Signoff
from tests.factories import calls as make
from tests.factories import joint as factory


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    return factory.complete_draft(factory.call(signoff="legal_representative"), cast)


@pytest.fixture
def partner(draft: Application, cast: Any) -> Partner:
    return services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")


def text(client: Client, address: str, status: int = 200, **options: Any) -> str:
    response = client.get(address, **options)
    assert response.status_code == status
    return response.content.decode()


def post(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, values, follow=True)


@pytest.mark.parametrize("who", ["outsider", "city_officer", "secretariat", "other_province_officer"])
@pytest.mark.parametrize("page", ["partners", "part", "part/edit", "signing"])
def test_nobody_else_finds_the_pages(who: str, page: str, partner: Partner, cast: Any, client_for: Any) -> None:
    address = f"/my/{partner.application.number}/{page}/"
    assert client_for(getattr(cast, who)).get(address).status_code == 404
    assert client_for(None).get(address).status_code == 302


def test_lead_and_partner_have_a_page_each(partner: Partner, draft: Application, cast: Any, client_for: Any) -> None:
    lead, other = client_for(cast.filer), client_for(cast.other_filer)
    assert lead.get(f"/my/{draft.number}/part/").status_code == 404
    assert other.get(f"/my/{draft.number}/partners/").status_code == 404
    assert other.get(f"/my/{draft.number}/").status_code == 404
    assert other.get(f"/my/{draft.number}/signing/").status_code == 404
    page = text(lead, f"/my/{draft.number}/partners/")
    assert all(words in page for words in ("潍坊岚桥机械有限公司", "科研院所", "已邀请", "其填报部分还有4处待补充"))


def test_the_lead_invites_on_its_page_and_reads_what_is_wrong(draft: Application, cast: Any, client_for: Any) -> None:
    lead, address = client_for(cast.filer), f"/my/{draft.number}/partners/"
    wrong = lead.post(address, {"do": "invite", "who": "没有这家", "role": "research"})
    assert (wrong.status_code, "企业档案中没有“没有这家”" in wrong.content.decode()) == (422, True)
    done = post(lead, address, do="invite", who=cast.other_enterprise.uscc, role="operator")
    assert "已邀请潍坊岚桥机械有限公司。该单位现在可以查看申报并填写其部分。" in done.content.decode()
    gone = post(lead, address, do=f"remove:{Partner.objects.get().pk}", reason="改由他人承担")
    assert "潍坊岚桥机械有限公司已移出。" in gone.content.decode()
    assert Partner.objects.get().state == "removed"


def test_a_partner_fills_in_consents_and_is_seen_by_all(partner: Partner, draft: Application, cast: Any, client_for: Any) -> None:
    other, edit = client_for(cast.other_filer), f"/my/{draft.number}/part/edit/"
    assert quote(f"/my/{draft.number}/part/") in text(other, "/my/")
    page = text(other, edit)
    assert "潍坊岚桥机械有限公司" in page
    assert "项目名称" not in page.split('id="application-form"')[1]
    values = {f"f.{key}": "true" if value is True else value for key, value in factory.PART.items()}
    sent = values | {"has": [f"{key}:0:" for key in factory.PART], "do": "autosave"}
    saved = other.post(edit, sent, headers={"HX-Request": "true"})
    assert '"conflicts": []' in saved["HX-Trigger"]
    assert Partner.objects.get().data["contact_name"] == "合作人"
    done = post(other, f"/my/{draft.number}/part/", do="consent")
    assert "已同意参加，苏州砚舟精密传动有限公司可以看到。" in done.content.decode()
    for client in (client_for(cast.filer), other):
        assert "合作人" in text(client, f"/applications/{draft.number}/")


def test_who_signs_reads_everything_and_its_digest(draft: Application, cast: Any, client_for: Any) -> None:
    other = services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")
    services.save_part(actor=cast.other_filer, partner=other, values=factory.PART, base_version=0)
    services.consent(actor=cast.other_filer, partner=other)
    filer, legal, address = client_for(cast.filer), client_for(cast.legal_representative), f"/my/{draft.number}/signing/"
    assert "法定代表人尚未签署，请提请签署。" in text(filer, f"/my/{draft.number}/check/")
    assert "已提请法定代表人签署。" in post(filer, address, do="ask").content.decode()
    signoff = Signoff.objects.get()
    assert "待本人签署" in text(legal, "/my/")
    page = text(legal, address)
    assert all(words in page for words in (signoff.digest, "精密减速机5G工厂", "合作人", "真实、完整"))
    assert 'value="sign"' in page
    assert 'value="sign"' not in text(filer, address)
    refused = filer.post(address, {"do": "sign", "agreed": "true", "digest": signoff.digest})
    assert refused.status_code == 403
    assert "已签署，可以提交申报。" in post(legal, address, do="sign", agreed="true", digest=signoff.digest).content.decode()
    assert "法定代表人已签署。" in text(filer, f"/my/{draft.number}/check/")
    filer.post(f"/my/{draft.number}/submit/")
    assert Application.objects.get().state == "submitted"
    officer = text(client_for(cast.city_officer), f"/applications/{draft.number}/revisions/1/")
    assert all(words in officer for words in ("沈砚", "潍坊岚桥机械有限公司", "合作人"))


def test_officers_read_that_a_partner_wants_to_leave(partner: Partner, draft: Application, cast: Any, client_for: Any) -> None:
    Application.objects.update(state="submitted", submitted_at=make.moment(make.FILING))
    page = text(client_for(cast.other_filer), f"/my/{draft.number}/part/")
    assert "申报已提交。主管部门收到申请后可退回申报，退回后即可退出。" in page
    post(client_for(cast.other_filer), f"/my/{draft.number}/part/", do="ask", reason="股权变更")
    officer = text(client_for(cast.city_officer), f"/applications/{draft.number}/")
    assert all(words in officer for words in ("有成员单位申请退出", "股权变更", "可退回补正"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_partnerships(
    count: int, draft: Application, cast: Any, client_for: Any, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        application = make.application(draft.call, cast.filer, cast.enterprise, data=make.answers(project_title=f"联合{number}"))
        services.invite_partner(actor=cast.filer, application=application, who=cast.other_enterprise.name_zh, role="research")
    client = client_for(cast.other_filer)
    client.get("/my/")
    with django_assert_num_queries(9):
        page = text(client, "/my/")
    assert page.count("/part/") == count
