"""The legal representative reads and signs; every later change takes the signature back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from pilotage.calls import services
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Revision, Signoff
from pilotage.calls.services.filing import revision_digest, submission_problems
from pilotage.core.verdict import Invalid, Refused
from tests.factories import calls as make
from tests.factories import joint as factory

CHANGED = "The application was changed after it was signed; the signature no longer holds. Ask for it again."


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    return factory.complete_draft(factory.call(partners=None, signoff="legal_representative"), cast)


def ask(draft: Application, cast: Any) -> Signoff:
    return services.ask_signoff(actor=cast.filer, application=draft)


def sign(signoff: Signoff, cast: Any) -> Signoff:
    return services.sign(actor=cast.legal_representative, signoff=signoff, digest=signoff.digest)


def change(draft: Application, cast: Any, **values: Any) -> None:
    fresh = Application.objects.get(pk=draft.pk)
    services.save_draft(actor=cast.filer, application=fresh, values=values, base_version=fresh.draft_version)


def test_submission_waits_for_the_signature_and_files_it(draft: Application, cast: Any) -> None:
    with translation.override("en"), pytest.raises(Invalid) as invalid:
        services.submit(actor=cast.filer, application=draft)
    assert invalid.value.errors == {
        "truth_statement": "Truth statement: an answer is required.",
        "signoff": "The legal representative has not signed yet. Ask for the signature.",
    }
    signed = sign(ask(draft, cast), cast)
    assert (signed.state, signed.signed_by) == ("signed", cast.legal_representative)
    fresh = Application.objects.get()
    assert fresh.data["truth_statement"]["by"] == "沈砚"
    assert submission_problems(fresh) == {}
    services.submit(actor=cast.filer, application=fresh)
    revision = Revision.objects.get()
    assert (revision.signoff["by"], revision.signoff["digest"]) == ("沈砚", signed.digest)
    assert "真实、完整" in revision.signoff["statement"]
    assert revision.digest == revision_digest(revision)


def test_the_filer_does_not_make_the_statement_itself(draft: Application, cast: Any) -> None:
    with translation.override("en"):
        saved = services.save_draft(
            actor=cast.filer, application=draft, values={"truth_statement": True, "site_address": "二号"}, base_version=1
        )
    assert saved.errors == {"truth_statement": "Truth statement: the legal representative signs this statement."}
    assert (saved.saved, Application.objects.get().data.get("truth_statement")) == (["site_address"], None)


def test_an_incomplete_application_is_not_put_before_anybody(draft: Application, cast: Any) -> None:
    change(draft, cast, contact_name="")
    with pytest.raises(Invalid) as invalid:
        ask(draft, cast)
    assert list(invalid.value.errors) == ["contact_name"]


@pytest.mark.parametrize("who", ["filer", "other_filer", "outsider", "secretariat"])
def test_only_the_legal_representative_signs(who: str, draft: Application, cast: Any) -> None:
    signoff = ask(draft, cast)
    with pytest.raises(Refused) as refused:
        services.sign(actor=getattr(cast, who), signoff=signoff, digest=signoff.digest)
    assert str(refused.value) == "只有本企业的法定代表人可以签署。"


def test_a_change_after_the_signature_takes_it_back_with_the_statement(draft: Application, cast: Any) -> None:
    sign(ask(draft, cast), cast)
    change(draft, cast, site_address="改过的地址")
    fresh = Application.objects.get()
    assert "truth_statement" not in fresh.data
    assert Signoff.objects.get().state == "void"
    with translation.override("en"):
        assert submission_problems(fresh)["signoff"] == CHANGED
    sign(ask(fresh, cast), cast)
    assert submission_problems(Application.objects.get()) == {}


def test_a_file_added_after_the_signature_is_noticed_too(draft: Application, cast: Any) -> None:
    signoff = sign(ask(draft, cast), cast)
    make.attachment(Application.objects.get(), cast.filer, field="evidence_effects", content=b"%PDF-1.7 other")
    assert joint.what_is_signed(Application.objects.get())[1] != signoff.digest
    assert list(submission_problems(Application.objects.get())) == ["signoff"]


def test_what_was_changed_between_asking_and_signing_is_not_signed(draft: Application, cast: Any) -> None:
    signoff = ask(draft, cast)
    make.attachment(Application.objects.get(), cast.filer, field="evidence_effects", content=b"%PDF-1.7 other")
    with pytest.raises(Invalid) as invalid:
        sign(signoff, cast)
    assert invalid.value.errors == {"signoff": "内容已有改动，本次未签署，须由填报人员重新提请。"}
    assert Signoff.objects.get().state == "requested"


def test_a_refusal_says_why_and_can_be_asked_again(draft: Application, cast: Any) -> None:
    services.refuse_signoff(actor=cast.legal_representative, signoff=ask(draft, cast), reason="投资额不对")
    with translation.override("en"):
        expected = "The legal representative did not sign: “投资额不对” Correct it and ask again."
        assert submission_problems(draft)["signoff"] == expected
    change(draft, cast, investment_total="3000")
    assert ask(Application.objects.get(), cast).state == "requested"


def test_the_digest_does_not_hang_on_the_language(draft: Application) -> None:
    with translation.override("en"):
        english = joint.what_is_signed(draft)[1]
    assert english == joint.what_is_signed(draft)[1]


def test_asked_twice_for_the_same_is_refused_and_a_change_begins_anew(draft: Application, cast: Any) -> None:
    ask(draft, cast)
    with pytest.raises(Invalid) as invalid:
        ask(draft, cast)
    assert invalid.value.errors == {"signoff": "已经提请签署。"}
    make.attachment(Application.objects.get(), cast.filer, field="evidence_effects", content=b"%PDF-1.7 other")
    ask(draft, cast)
    assert sorted(Signoff.objects.values_list("state", flat=True)) == ["requested", "void"]
