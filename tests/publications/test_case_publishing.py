"""To the public and back, with consent item by item."""

from __future__ import annotations

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Invalid, Refused
from pilotage.publications.cases import content, publishing, selectors, services
from pilotage.publications.cases.models import CaseTag, CaseTerm
from pilotage.publications.cases.rules import published_cases
from tests.factories.case_studies import WORDS, agreed, published, written

pytestmark = pytest.mark.django_db


def shown(case):
    return selectors.public_content(selectors.with_relations(published_cases()).get(pk=case.pk))


def test_published_with_what_consent_covers(cast):
    case = published(cast, items=[content.TEXT, "effect:cost"])

    page = shown(case)

    assert case.state == "published"
    assert page.title() == WORDS["title_zh"]
    assert [effect.key for effect in page.effects] == ["cost"]
    assert page.withheld == 4
    assert page.text("problem") == WORDS["problem_zh"]


def test_not_without_consent_to_the_text(cast):
    case = agreed(cast)
    publishing.give_consents(actor=cast.filer, case=case, items=["effect:cost"])
    with pytest.raises(Invalid):
        publishing.publish(actor=cast.secretariat, case=case)
    assert not published_cases().exists()


@pytest.mark.parametrize("who", ["filer", "auditor", "expert", "outsider"])
def test_only_the_secretariat_publishes(cast, who):
    case = agreed(cast)
    publishing.give_consents(actor=cast.filer, case=case, items=[content.TEXT])
    with pytest.raises(Refused):
        publishing.publish(actor=getattr(cast, who), case=case)


def test_consent_is_the_enterprises_own(cast):
    case = agreed(cast)
    for other in (cast.secretariat, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            publishing.give_consents(actor=other, case=case, items=[content.TEXT])
    with pytest.raises(Invalid):
        publishing.give_consents(actor=cast.filer, case=case, items=["effect:invented"])


def test_consent_given_twice_keeps_its_first_date(cast):
    case = agreed(cast)
    first = publishing.give_consents(actor=cast.filer, case=case, items=[content.TEXT])
    assert publishing.give_consents(actor=cast.legal_representative, case=case, items=[content.TEXT]) == []
    assert list(case.consents.all()) == first


def test_a_withdrawn_figure_is_gone_at_once(cast):
    case = published(cast)
    publishing.withdraw_consents(actor=cast.filer, case=case, items=["effect:cost"])
    page = shown(case)
    assert "cost" not in {effect.key for effect in page.effects}
    assert (case.state, page.withheld) == ("published", 1)


def test_without_consent_to_the_text_nothing_stays(cast):
    case = published(cast)
    assert CaseTag.objects.exists()
    assert CaseTerm.objects.exists()

    publishing.withdraw_consents(actor=cast.legal_representative, case=case, items=[content.TEXT], reason="涉及客户")

    assert case.state == "unpublished"
    assert not published_cases().exists()
    assert not CaseTag.objects.exists()
    assert not CaseTerm.objects.exists()
    assert selectors.search("漏检率", published_cases()) == []
    verbs = list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))[-2:]
    assert verbs == ["publications.case_consent.withdraw", "publications.case_study.withdraw"]
    case.refresh_from_db()
    with pytest.raises(ValueError, match="not public"):
        selectors.public_content(case)


def test_taken_down_with_a_reason_and_back_after_new_approval(cast):
    case = published(cast)
    with pytest.raises(Invalid):
        publishing.take_down(actor=cast.secretariat, case=case, reason=" ")
    publishing.take_down(actor=cast.secretariat, case=case, reason="数据有误")
    assert not published_cases().exists()
    services.reopen(actor=cast.secretariat, case=case)
    services.save_draft(actor=cast.secretariat, case=case, values={"title_zh": "更正后的标题"}, base_version=case.draft_version)
    for person in (cast.filer, cast.secretariat):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    publishing.publish(actor=cast.secretariat, case=case)
    assert shown(case).title() == "更正后的标题"


def test_a_revision_stays_unseen_until_both_agree(cast):
    case = published(cast)
    services.reopen(actor=cast.filer, case=case)
    services.save_draft(actor=cast.filer, case=case, values={"title_zh": "修订标题"}, base_version=case.draft_version)
    case.refresh_from_db()
    assert (case.state, case.title_zh, shown(case).title()) == ("revising", WORDS["title_zh"], WORDS["title_zh"])
    with pytest.raises(Invalid):
        publishing.publish(actor=cast.secretariat, case=case)
    for person in (cast.filer, cast.secretariat):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    publishing.publish(actor=cast.secretariat, case=case)
    assert (case.state, shown(case).title(), shown(case).version) == ("published", "修订标题", 2)


def test_the_public_query_knows_no_draft(cast):
    written(cast)
    assert list(published_cases()) == []
