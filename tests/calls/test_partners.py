"""Consortia: inviting, each partner's own part, consent, leaving before and after submission, who sees what."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from pilotage.audit.models import AuditEvent
from pilotage.calls import rules, services
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Call, Partner, Revision
from pilotage.calls.selectors import state_for
from pilotage.calls.services.filing import revision_digest, submission_problems
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.factories import calls as make
from tests.factories import joint as factory


@pytest.fixture
def call(db: None, at: Any) -> Call:
    at(make.FILING)
    return factory.call()


@pytest.fixture
def draft(call: Call, cast: Any) -> Application:
    return factory.complete_draft(call, cast)


def invite(draft: Application, cast: Any, who: str = "", role: str = "research") -> Partner:
    return services.invite_partner(actor=cast.filer, application=draft, who=who or cast.other_enterprise.name_zh, role=role)


@pytest.fixture
def partner(draft: Application, cast: Any) -> Partner:
    return invite(draft, cast)


def fill(partner: Partner, by: Any, **changes: Any) -> services.SaveResult:
    return services.save_part(actor=by, partner=partner, values=factory.PART | changes, base_version=partner.draft_version)


def agree(partner: Partner, by: Any) -> Partner:
    fill(partner, by)
    return services.consent(actor=by, partner=partner)


def state_truth(draft: Application, cast: Any) -> None:
    services.save_draft(actor=cast.filer, application=draft, values={"truth_statement": True}, base_version=draft.draft_version)


# --- inviting -------------------------------------------------------------------------------
def test_a_partner_is_found_by_credit_code_or_name_and_its_part_begins_with_the_register(draft: Application, cast: Any) -> None:
    partner = invite(draft, cast, who=f" {cast.other_enterprise.uscc.lower()} ")
    assert (partner.enterprise, partner.state, partner.role) == (cast.other_enterprise, "invited", "research")
    assert [section.key for section in joint.partner_form(draft.version).sections] == ["enterprise"]
    assert list(joint.own_partnerships(cast.other_filer)) == [partner]
    assert list(joint.own_partnerships(cast.filer)) == []
    assert AuditEvent.objects.order_by("-number").first().verb == "partner.invite"


@pytest.mark.parametrize(
    ("who", "role", "errors"),
    [
        ("", "research", {"who": "Enter the partner's unified social credit code or its full name."}),
        ("没有这家", "research", {"who": "The register holds no enterprise “没有这家”. Check the credit code or the full name."}),
        ("苏州砚舟精密传动有限公司", "research", {"who": "The lead cannot be its own partner."}),
        (
            "潍坊岚桥机械有限公司",
            "chef",
            {"role": "Choose what the partner is in the consortium: Telecom operator, Research institute."},
        ),
    ],
)
def test_bad_invitations_say_what_is_wrong(who: str, role: str, errors: dict[str, str], draft: Application, cast: Any) -> None:
    with translation.override("en"), pytest.raises(Invalid) as invalid:
        services.invite_partner(actor=cast.filer, application=draft, who=who, role=role)
    assert invalid.value.errors == errors
    assert Partner.objects.count() == 0


def test_nobody_is_invited_twice_nor_beyond_the_limit(partner: Partner, draft: Application, cast: Any) -> None:
    with translation.override("en"):
        with pytest.raises(Invalid) as twice:
            invite(draft, cast)
        invite(draft, cast, who=factory.partner_firm("合作甲有限公司")[0].name_zh)
        with pytest.raises(Invalid) as third:
            invite(draft, cast, who=factory.partner_firm("合作乙有限公司", 2)[0].name_zh)
    assert twice.value.errors == {"who": "潍坊岚桥机械有限公司 has been invited already."}
    assert third.value.errors == {"who": "This call takes at most 2 partners."}
    assert Partner.objects.count() == 2


def test_two_enterprises_of_one_name_are_told_apart_by_the_credit_code(draft: Application, cast: Any) -> None:
    factory.partner_firm("同名有限公司")
    factory.partner_firm("同名有限公司", 2)
    with pytest.raises(Invalid) as invalid:
        invite(draft, cast, who="同名有限公司")
    assert invalid.value.errors == {"who": "有多家企业使用该名称，请填写统一社会信用代码。"}


def test_a_call_for_single_enterprises_takes_no_partner(cast: Any, at: Any) -> None:
    at(make.FILING)
    draft = services.start_application(actor=cast.filer, call=make.call(), enterprise=cast.enterprise)
    with translation.override("en"), pytest.raises(Refused) as refused:
        invite(draft, cast)
    assert str(refused.value) == "This call takes applications of single enterprises, not of consortia."


# --- a part of one's own --------------------------------------------------------------------
def test_a_partner_fills_only_its_part_and_fields_merge(partner: Partner, cast: Any) -> None:
    first = fill(partner, cast.other_filer)
    assert (first.version, sorted(first.saved)) == (1, sorted(factory.PART))
    late = services.save_part(
        actor=cast.other_filer,
        partner=Partner.objects.get(),
        values={"contact_name": "别人", "contact_email": "a@example.org", "project_title": "越权"},
        base_version=0,
    )
    assert late.conflicts == {"contact_name": services.FieldConflict("别人", "合作人")}
    assert (late.saved, list(late.errors)) == (["contact_email"], ["project_title"])
    row = Partner.objects.get()
    assert (row.data["contact_name"], row.data["contact_email"]) == ("合作人", "a@example.org")
    assert "project_title" not in row.data
    assert Application.objects.get().data["contact_name"] == "陆闻舟"


@pytest.mark.parametrize("who", ["filer", "outsider", "city_officer", "secretariat"])
def test_nobody_else_fills_a_part(who: str, partner: Partner, cast: Any) -> None:
    with pytest.raises(Refused) as refused:
        fill(partner, getattr(cast, who))
    assert str(refused.value) == "只有该成员单位的填报人员可以修改其填报部分。"
    assert Partner.objects.get().data == partner.data


def test_a_partner_reads_the_application_but_changes_nothing_in_it(partner: Partner, draft: Application, cast: Any) -> None:
    assert list(rules.visible_applications(cast.other_filer)) == [draft]
    assert bool(rules.can_view(cast.other_filer, draft)) is True
    assert bool(rules.can_edit(cast.other_filer, draft)) is False
    services.decline_partnership(actor=cast.other_filer, partner=partner, reason="没有余力")
    assert list(rules.visible_applications(cast.other_filer)) == []
    assert bool(rules.can_view(cast.other_filer, draft)) is False
    assert list(rules.visible_applications(cast.outsider)) == []


def test_a_partner_learns_the_outcome_with_everybody_else(partner: Partner, draft: Application, cast: Any) -> None:
    Application.objects.update(state="selected", submitted_at=make.moment(make.FILING))
    draft.refresh_from_db()
    assert (state_for(cast.other_filer, draft), state_for(cast.secretariat, draft)) == ("under_review", "selected")


# --- consent and submission -----------------------------------------------------------------
def test_consent_wants_a_complete_part(partner: Partner, cast: Any) -> None:
    with pytest.raises(Invalid) as invalid:
        services.consent(actor=cast.other_filer, partner=partner)
    assert set(invalid.value.errors) >= {"contact_name", "contact_phone", "main_revenue"}
    assert agree(partner, cast.other_filer).state == "consented"
    with pytest.raises(Conflict):
        services.consent(actor=cast.other_filer, partner=Partner.objects.get())


def test_submission_waits_for_everybody_and_files_their_parts(partner: Partner, draft: Application, cast: Any) -> None:
    state_truth(draft, cast)
    with translation.override("en"):
        assert submission_problems(draft) == {
            f"partner-{partner.pk}": "潍坊岚桥机械有限公司: 4 places of its own part are still to be completed."
        }
        fill(partner, cast.other_filer)
        assert submission_problems(draft) == {f"partner-{partner.pk}": "潍坊岚桥机械有限公司 has not consented yet."}
        with pytest.raises(Invalid):
            services.submit(actor=cast.filer, application=draft)
    services.consent(actor=cast.other_filer, partner=Partner.objects.get())
    services.submit(actor=cast.filer, application=draft)
    revision = Revision.objects.get()
    [part] = revision.partners
    assert (part["name"], part["role"], part["state"], part["consented_by"]) == ("潍坊岚桥机械有限公司", "research", "consented", "潍申报")
    assert (part["data"]["contact_name"], part["registry"]["enterprise.name_zh"]) == ("合作人", "潍坊岚桥机械有限公司")
    assert revision.digest == revision_digest(revision)
    revision.partners = []
    assert revision.digest != revision_digest(revision)


def test_too_few_partners_and_calls_that_want_no_consent(call: Call, draft: Application, cast: Any) -> None:
    with translation.override("en"):
        assert submission_problems(draft)["partners"] == "This call asks for at least 1 partner beside the lead; so far there are 0."
    factory.call(partners=factory.consortium(min=0, consent=False))
    other = Application.objects.get(pk=draft.pk)
    assert "partners" in submission_problems(other)  # the application stays with the version it was begun under


# --- leaving --------------------------------------------------------------------------------
def test_who_leaves_blocks_submission_until_it_is_removed_or_replaced(partner: Partner, draft: Application, cast: Any) -> None:
    state_truth(draft, cast)
    agree(partner, cast.other_filer)
    services.leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="内部决定")
    with translation.override("en"):
        assert submission_problems(draft) == {
            f"partner-{partner.pk}": "潍坊岚桥机械有限公司 has left the consortium. Remove it from the list, or invite another partner in its place.",
            "partners": "This call asks for at least 1 partner beside the lead; so far there are 0.",
        }
    firm, user = factory.partner_firm("接替有限公司")
    second = invite(draft, cast, who=firm.name_zh)
    agree(second, user)
    services.remove_partner(actor=cast.filer, partner=Partner.objects.get(pk=partner.pk), reason="已退出")
    services.submit(actor=cast.filer, application=draft)
    assert [part["name"] for part in Revision.objects.get().partners] == ["接替有限公司"]


def test_after_submission_a_partner_can_only_ask(partner: Partner, draft: Application, cast: Any) -> None:
    state_truth(draft, cast)
    agree(partner, cast.other_filer)
    services.submit(actor=cast.filer, application=draft)
    partner = Partner.objects.get()
    with translation.override("en"), pytest.raises(Refused) as refused:
        services.leave(actor=cast.other_filer, partner=partner, reason="不做了")
    assert (
        str(refused.value) == "The application has been submitted, so leaving is not possible by yourself. Ask the officers to return it."
    )
    services.ask_to_leave(actor=cast.other_filer, partner=partner, reason="股权变更")
    assert Partner.objects.get().leave_reason == "股权变更"
    services.return_for_correction(actor=cast.city_officer, application=Application.objects.get(), reason="成员单位申请退出")
    services.leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="股权变更")
    assert Partner.objects.get().state == "withdrawn"


@pytest.mark.parametrize("verb", ["leave", "remove_partner", "consent", "decline_partnership"])
def test_outsiders_decide_nothing(verb: str, partner: Partner, cast: Any) -> None:
    agree(partner, cast.other_filer) if verb == "leave" else None
    reason = {} if verb == "consent" else {"reason": "x"}
    with pytest.raises(Refused):
        getattr(services, verb)(actor=cast.outsider, partner=Partner.objects.get(), **reason)
