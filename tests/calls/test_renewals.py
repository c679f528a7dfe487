"""Renewals: a yearly update of a listed project, and an earlier application taken up again, from start to confirmation."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.calls import selectors, services
from pilotage.calls.enums import ApplicationKind
from pilotage.calls.enums import ApplicationState as S
from pilotage.calls.models import Application, Attachment
from pilotage.core.verdict import Invalid, Refused
from pilotage.directory.models import Entry
from pilotage.web.calls.desks import repeated
from tests.factories import calls as factory
from tests.factories import directory

pytestmark = pytest.mark.django_db
UPDATE_OPEN, NEXT_YEAR = "2024-07-10 10:00", "2025-07-10 10:00"


@pytest.fixture
def call(at: Any) -> Any:
    at("2023-08-28 10:00")
    return factory.call()


@pytest.fixture
def listed(call: Any, cast: Any, at: Any) -> Application:
    """A listed project with two files, one of them taken off again; the clock stands in the time of updates."""
    cast.enterprise.uscc = "91320505MA1XD00000"
    cast.enterprise.save()
    project = factory.application(call, cast.filer, cast.enterprise)
    factory.attachment(project, cast.filer)
    services.remove_attachment(actor=cast.filer, attachment=factory.attachment(project, cast.filer, content=b"%PDF-1.7 taken off"))
    Application.objects.filter(pk=project.pk).update(state=S.LISTED, submitted_at=factory.moment(factory.FILING))
    project.refresh_from_db()
    at(UPDATE_OPEN)
    return project


def start(cast: Any, listed: Application) -> Application:
    return services.start_application(
        actor=cast.filer, call=listed.call, enterprise=cast.enterprise, kind=ApplicationKind.UPDATE, renews=listed
    )


def submitted(cast: Any, update: Application, **values: Any) -> Application:
    services.save_draft(actor=cast.filer, application=update, values={**values, "truth_statement": True}, base_version=update.draft_version)
    return services.submit(actor=cast.filer, application=update)


def confirmed(cast: Any, update: Application) -> Application:
    services.check(actor=cast.city_officer, application=update, result="pass", opinion="")
    return services.confirm_updates(actor=cast.province_officer, applications=[update])[0]


def text(response: Any) -> str:
    return str(response.content.decode())


# --- files ----------------------------------------------------------------------------------
def test_files_come_along_as_rows_of_their_own_for_the_same_stored_file(listed: Application, cast: Any) -> None:
    update = start(cast, listed)
    [original], [copy] = selectors.attachments_of(listed), selectors.attachments_of(update)
    same = ("field", "name", "content_type", "size", "sha256", "uploaded_by_id", "uploaded_at")
    assert [getattr(copy, name) for name in same] == [getattr(original, name) for name in same]
    assert (copy.file.name, copy.is_carried_over, original.is_carried_over) == (original.file.name, True, False)
    with copy.file.open("rb") as content:
        assert content.read() == b"%PDF-1.7 demo"
    event = AuditEvent.objects.get(verb="attachment.carry_over")
    assert (event.object_id, event.actor) == (str(copy.pk), cast.filer)


def test_taking_a_carried_file_off_leaves_the_earlier_application_as_it_was(listed: Application, cast: Any) -> None:
    update = start(cast, listed)
    services.remove_attachment(actor=cast.filer, attachment=selectors.attachments_of(update)[0])
    assert (selectors.attachment_counts(update), selectors.attachment_counts(listed)) == ({}, {"evidence_network": 1})


def test_only_files_the_new_form_still_asks_for_come_along(listed: Application, cast: Any) -> None:
    Attachment.objects.filter(application=listed).update(field="evidence_photos")  # photographs: no PDF accepted there
    assert selectors.attachments_of(start(cast, listed)) == []


def test_a_carried_file_is_no_repetition_but_another_upload_is(listed: Application, call: Any, cast: Any) -> None:
    update = submitted(cast, start(cast, listed))
    assert (repeated([update, listed]), selectors.repeated_files(cast.secretariat, update)) == ({}, [])
    copied = factory.application(call, cast.other_filer, cast.other_enterprise)
    factory.attachment(copied, cast.other_filer)
    Application.objects.filter(pk=copied.pk).update(state=S.SUBMITTED, submitted_at=factory.moment(factory.FILING))
    assert repeated([update, listed, copied]) == {update.pk: 1, listed.pk: 1, copied.pk: 1}
    assert [other for _file, other in selectors.repeated_files(cast.secretariat, update)] == [copied]


# --- answers --------------------------------------------------------------------------------
def test_the_next_update_starts_from_the_last_one_confirmed(listed: Application, cast: Any, at: Any) -> None:
    first = submitted(cast, start(cast, listed), devices_connected=290)
    confirmed(cast, first)
    call = listed.call
    services.set_stage_dates(
        actor=cast.secretariat,
        call=call,
        stage=call.stage("update"),
        opens_at=factory.moment("2025-07-01T09:00"),
        closes_at=factory.moment("2025-07-26T17:00"),
        reason="第二年更新",
    )
    at(NEXT_YEAR)
    fresh = Application.objects.select_related("call").get(pk=listed.pk)
    second = start(cast, fresh)
    assert (second.renews, second.data["devices_connected"], "truth_statement" in second.data) == (listed, 290, False)
    assert (selectors.basis_of(listed, before=second.pk), selectors.basis_of(listed, before=first.pk)) == (first, listed)


def test_an_update_belongs_to_its_time_and_to_the_enterprise(listed: Application, cast: Any, at: Any) -> None:
    with pytest.raises(Refused):
        services.start_application(
            actor=cast.other_filer, call=listed.call, enterprise=cast.enterprise, kind=ApplicationKind.UPDATE, renews=listed
        )
    at("2024-07-26 17:00")
    with pytest.raises(Refused) as refused:
        start(cast, listed)
    assert str(refused.value) == "“年度更新”已于2024年7月26日17:00截止。"
    at("2024-06-30 10:00")
    with pytest.raises(Refused) as refused:
        start(cast, listed)
    assert str(refused.value) == "“年度更新”于2024年7月1日09:00开始。"


def test_one_update_at_a_time(listed: Application, cast: Any) -> None:
    start(cast, listed)
    with pytest.raises(Invalid) as refused:
        start(cast, listed)
    assert refused.value.errors == {"renews": "该项目的更新已经开始。"}


# --- the applicant's pages ------------------------------------------------------------------
def test_the_list_offers_the_update_and_leads_into_a_prefilled_form(listed: Application, client_for: Any, cast: Any) -> None:
    filer = client_for(cast.filer)
    assert "开始年度更新" in text(filer.get("/my/"))
    response = filer.post(f"/my/{listed.number}/renew/", {"kind": "update", "call": listed.call.slug})
    update = Application.objects.get(renews=listed)
    assert response.url == reverse("calls:application-edit", args=[update.number])
    assert "开始年度更新" not in text(filer.get("/my/"))
    page = text(filer.get(f"{response.url}?section=project"))
    assert "is-brought-in" in page.split('data-field="project_title"')[0].rsplit("<div", 1)[1]
    assert f'value="{listed.project_title}"' in page
    assert "年度更新</h1>" in page
    assert "省级确认" in page  # what lies ahead of an update; no recommendation, review or notice
    assert "专家评审" not in page
    assert "查看全部改动" not in page


def test_a_changed_answer_shows_last_years_value_beside_it(listed: Application, client_for: Any, cast: Any) -> None:
    update = start(cast, listed)
    services.save_draft(actor=cast.filer, application=update, values={"project_title": "升级后的5G工厂"}, base_version=0)
    page = text(client_for(cast.filer).get(f"/my/{update.number}/?section=project"))
    assert f"上年的值：{listed.project_title}" in page
    assert page.count("上年的值") == 1
    english = client_for(cast.filer)
    english.cookies["django_language"] = "en"
    assert f"last year's value: {listed.project_title}" in text(english.get(f"/my/{update.number}/?section=project"))


def test_a_carried_file_is_marked_in_the_form_and_can_be_fetched(listed: Application, client_for: Any, cast: Any) -> None:
    update = start(cast, listed)
    filer = client_for(cast.filer)
    page = text(filer.get(f"/my/{update.number}/?section=evidence"))
    assert page.count("上年带入</span>") == 1
    copy = selectors.attachments_of(update)[0]
    assert b"".join(filer.get(f"/applications/{update.number}/files/{copy.pk}/").streaming_content) == b"%PDF-1.7 demo"
    assert client_for(cast.other_filer).get(f"/applications/{update.number}/files/{copy.pk}/").status_code == 404


def test_an_outsider_can_neither_see_nor_start_the_update(listed: Application, client_for: Any, cast: Any) -> None:
    update = start(cast, listed)
    outsider = client_for(cast.other_filer)
    assert outsider.get(f"/my/{update.number}/").status_code == 404
    assert outsider.post(f"/my/{listed.number}/renew/", {"kind": "update", "call": listed.call.slug}).status_code == 404
    assert Application.objects.filter(renews=listed).count() == 1


def test_a_concluded_row_leads_to_the_entry_or_says_nothing(listed: Application, client_for: Any, cast: Any) -> None:
    filer = client_for(cast.filer)
    row = text(filer.get("/my/")).split('data-label="下一步">')[1].split("</td>")[0]
    assert row == "–"
    directory.entry(directory.edition(), application=listed, number="5GF-2023-0001")
    row = text(filer.get("/my/")).split('data-label="下一步">')[1].split("</td>")[0]
    assert row == '<a href="/directory/entries/5GF-2023-0001/">查看名录条目</a>'


# --- the officers ---------------------------------------------------------------------------
def test_city_checks_and_province_confirms_through_the_pages(listed: Application, client_for: Any, cast: Any) -> None:
    update = submitted(cast, start(cast, listed), devices_connected=290)
    city, province = client_for(cast.city_officer), client_for(cast.province_officer)
    detail = text(city.get(f"/applications/{update.number}/"))
    assert "与上年相比" in detail
    assert "290" in detail.split("与上年相比")[1].split("</section>")[0]
    assert reverse("calls:application-detail", args=[listed.number]) in detail
    assert update.project_title in text(city.get("/work/check/"))
    city.post("/work/check/", {"do": "check", "ids": f"{update.pk}:submitted", "call": listed.call.slug})
    assert Application.objects.get(pk=update.pk).state == S.CHECKED
    assert "等待省级确认" in text(client_for(cast.filer).get("/my/"))
    assert client_for(cast.other_province_officer).get(f"/applications/{update.number}/").status_code == 404
    assert update.project_title not in text(province.get("/work/recommend/")).split("汇总表")[0].split("推荐排序")[1]
    assert update.project_title in text(province.get("/work/recommend/?tab=updates"))
    province.post("/work/recommend/", {"do": "confirm", "ids": f"{update.pk}:checked", "tab": "updates"})
    assert Application.objects.get(pk=update.pk).state == S.UPDATE_CONFIRMED
    assert "开始年度更新" not in text(client_for(cast.filer).get("/my/"))


def test_a_confirmed_update_reaches_the_entry(listed: Application, cast: Any) -> None:
    directory.entry(directory.edition(), application=listed, number="5GF-2023-0001")
    confirmed(cast, submitted(cast, start(cast, listed), level="factory"))
    assert Entry.objects.get().level == "factory"


def test_the_city_cannot_confirm_nor_the_province_rank_an_update(listed: Application, cast: Any) -> None:
    update = submitted(cast, start(cast, listed))
    services.check(actor=cast.city_officer, application=update, result="pass", opinion="")
    with pytest.raises(Refused):
        services.confirm_updates(actor=cast.city_officer, applications=[update])
    with pytest.raises(Refused):
        services.shortlist_many(actor=cast.province_officer, applications=[update])
    assert Application.objects.get(pk=update.pk).state == S.CHECKED


def test_an_unchanged_section_of_an_update_is_folded_and_confirmed_with_one_click(listed: Application, client_for: Any, cast: Any) -> None:
    update = start(cast, listed)
    client, address = client_for(cast.filer), f"/my/{update.number}/?section=security"
    page = text(client.get(address))
    assert all(words in page for words in ("本节内容与上年相同。", "确认无变化", '<details class="unchanged">'))
    after = text(client.post(address, {"do": "confirm-section:security"}, follow=True))
    assert "已确认：“安全防护”与上年相同。" in after
    update.refresh_from_db()
    assert update.origins["security_description"]["confirmed"]["by"] == "陆闻舟"
    assert "已确认与上年相同。" in text(client.get(address))
    services.save_draft(actor=cast.filer, application=update, values={"security_description": "新的安全防护说明" * 10}, base_version=0)
    changed = text(client.get(address))
    assert "<details" not in changed.split('id="application-form"')[1].split("</form>")[0]
    assert "本节内容与上年相同。" not in changed
