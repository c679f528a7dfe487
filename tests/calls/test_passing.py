"""A save in passing and a submission look before they lock: cheap, and right also when somebody else comes in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls import services
from pilotage.calls.models import Application, FieldChange, Revision
from pilotage.calls.services import FieldConflict, drafts, filing
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from tests.factories import calls as make

pytestmark = pytest.mark.django_db
AUTOSAVE = {"HX-Request": "true", "Pilotage-Autosave": "1"}


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    cast.enterprise.uscc = "91110000600037341L"
    cast.enterprise.save()
    draft = services.start_application(actor=cast.filer, call=make.call(), enterprise=cast.enterprise)
    services.save_draft(actor=cast.filer, application=draft, values=make.answers(truth_statement=None), base_version=0)
    make.attachment(draft, cast.filer)
    return Application.objects.select_related("version").get(pk=draft.pk)


def save(who: Any, application: Application, base: int | None = None, **values: Any) -> services.SaveResult:
    base = application.draft_version if base is None else base
    return services.save_draft(actor=who, application=application, values=values, base_version=base)


# --- merging into the row as it was read ------------------------------------------------------
def test_another_field_saved_in_between_is_kept(draft: Application, cast: Any) -> None:
    save(cast.legal_representative, Application.objects.get(), site_address="一号")
    result = save(cast.filer, draft, innovation="新做法")

    assert (result.saved, result.conflicts, result.theirs) == (["innovation"], {}, {"site_address": "一号"})
    row = Application.objects.get()
    assert (row.data["site_address"], row.data["innovation"], row.draft_version) == ("一号", "新做法", 3)
    assert (draft.data, draft.draft_version) == (row.data, 3)


def test_the_same_field_saved_in_between_is_a_conflict(draft: Application, cast: Any) -> None:
    save(cast.legal_representative, Application.objects.get(), site_address="一号")
    result = save(cast.filer, draft, site_address="二号", innovation="新做法")

    assert (result.saved, result.conflicts) == (["innovation"], {"site_address": FieldConflict("二号", "一号")})
    assert Application.objects.get().data["site_address"] == "一号"


def test_what_was_read_long_ago_is_no_answer_to_what_is_kept(draft: Application, cast: Any) -> None:
    known = draft.data["site_address"]
    save(cast.legal_representative, Application.objects.get(), site_address="一号")
    result = save(cast.filer, draft, site_address=known)

    assert (result.saved, result.conflicts) == ([], {"site_address": FieldConflict(known, "一号")})


def test_a_confirmation_given_in_between_is_kept(draft: Application, cast: Any) -> None:
    confirmed = services.confirm_answers(actor=cast.filer, application=Application.objects.get(), keys=["contact_email"])
    save(cast.filer, draft, innovation="新做法")

    assert confirmed == ["contact_email"]
    assert Application.objects.get().origins["contact_email"]["confirmed"]["by"] == str(cast.filer)


def test_a_row_touched_in_between_is_read_again_before_it_is_recorded(draft: Application, cast: Any) -> None:
    Application.objects.update(level="line", updated_at=clock.now() + timedelta(microseconds=1))
    save(cast.filer, draft, innovation="新做法")

    body = AuditSnapshot.objects.get(pk=AuditEvent.objects.order_by("number").last().snapshot_digest).body
    assert json.loads(body)["draft_version"] == Application.objects.get().draft_version == 2
    assert json.loads(body)["data_digest"] == Application.objects.get().audit_snapshot()["data_digest"]


def test_the_usual_save_takes_no_second_look(draft: Application, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "locked", lambda _application: pytest.fail("looked again"))

    assert save(cast.filer, draft, innovation="新做法", site_address="一号").saved == ["innovation", "site_address"]
    assert list(FieldChange.objects.filter(version=2).order_by("id").values_list("key", "value", "by")) == [
        ("innovation", "新做法", cast.filer.pk),
        ("site_address", "一号", cast.filer.pk),
    ]


# --- the answer to a save in passing ----------------------------------------------------------
def passing(client: Any, draft: Application, version: int, seen: str = "", **values: str) -> Any:
    post = {"do": "autosave", "seen": seen, "has": [f"{key}:{version}:" for key in values], **{f"f.{key}": v for key, v in values.items()}}
    return client.post(f"/my/{draft.number}/?section=project", post, headers=AUTOSAVE)


def told(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer["HX-Trigger"])["pilotage:saved"])


def test_what_the_page_shows_already_is_not_sent_again(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    first = passing(client, draft, 1, site_address="一号")
    second = passing(client, draft, 2, told(first)["seen"], site_address="二号")
    third = passing(client, draft, 3, told(second)["seen"], project_title="")

    assert 'id="progress"' in first.content.decode()
    assert (second.content, told(second)["version"], told(second)["status"]) == (b"", 3, "已保存 10:00:00")
    assert list(told(second)["fields"]) == ["site_address"]
    assert 'id="progress"' in third.content.decode()  # a required answer is missing now
    assert told(third)["seen"] != told(second)["seen"] == told(first)["seen"]


def test_the_page_knows_what_it_shows(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    page = client.get(f"/my/{draft.number}/?section=project").content.decode()
    seen = page.partition('data-seen="')[2].partition('"')[0]

    assert passing(client, draft, 1, seen, site_address="一号").content == b""


def test_a_refused_answer_and_a_question_are_always_sent(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    seen = told(passing(client, draft, 1, site_address="一号"))["seen"]
    refused = passing(client, draft, 2, seen, site_division="999999")
    question = passing(client, draft, 0, seen, site_address="二号")

    assert (told(refused)["refused"], 'id="e-site_division"' in refused.content.decode()) == (["site_division"], True)
    assert (told(question)["conflicts"], "没有覆盖任何内容" in question.content.decode()) == (["site_address"], True)


@pytest.mark.parametrize(("who", "status"), [("filer", 200), ("other_filer", 404), ("city_officer", 404), ("outsider", 404)])
def test_only_the_enterprise_saves_in_passing(draft: Application, cast: Any, client_for: Any, who: str, status: int) -> None:
    assert passing(client_for(getattr(cast, who)), draft, 1, site_address="一号").status_code == status
    assert (Application.objects.get().data["site_address"] == "一号") is (status == 200)


def test_nothing_is_saved_in_passing_once_it_is_filed(draft: Application, cast: Any, client_for: Any) -> None:
    services.submit(actor=cast.filer, application=draft, statement="truth_statement")
    answer = passing(client_for(cast.filer), draft, 1, site_address="一号")

    assert answer.status_code == 403
    assert "申报已提交" in answer.content.decode()


def test_a_save_in_passing_costs_eleven_queries(draft: Application, cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    client = client_for(cast.filer)
    seen = told(passing(client, draft, 1, site_address="一号"))["seen"]

    with django_assert_num_queries(13):  # with the beginning and the end of the transaction, here a savepoint
        passing(client, draft, 2, seen, site_address="二号")


# --- submitting -------------------------------------------------------------------------------
@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Let something happen after the application was judged and before it is locked."""

    def arrange(act: Callable[[], None]) -> None:
        lock = filing._locked_as

        def act_first(seen: Application) -> Application:
            monkeypatch.setattr(filing, "_locked_as", lock)
            act()
            return lock(seen)

        monkeypatch.setattr(filing, "_locked_as", act_first)

    return arrange


def submit(cast: Any, draft: Application) -> Application:
    return services.submit(actor=cast.filer, application=draft, statement="truth_statement")


def test_the_statement_is_made_with_the_submission(draft: Application, cast: Any) -> None:
    submit(cast, draft)

    row = Application.objects.get()
    made = row.data["truth_statement"]
    assert (row.state, made["agreed"], made["by"]) == ("submitted", True, str(cast.filer))
    assert Revision.objects.get().data == row.data
    assert FieldChange.objects.get(key="truth_statement").value == made
    verbs = list(AuditEvent.objects.order_by("-number").values_list("verb", flat=True)[:2])
    assert verbs == ["application.submit", "application.save_draft"]


def test_a_statement_stays_made_while_the_rest_is_put_right(draft: Application, cast: Any, client_for: Any) -> None:
    save(cast.filer, draft, project_title="")
    answer = client_for(cast.filer).post(f"/my/{draft.number}/submit/", {"statement": "true"})

    assert answer.status_code == 422
    row = Application.objects.get()
    assert (row.state, row.data["truth_statement"]["agreed"]) == ("draft", True)


def test_a_file_taken_away_while_it_was_judged_is_missed(draft: Application, cast: Any, between: Any) -> None:
    between(lambda: services.remove_attachment(actor=cast.filer, attachment=draft.attachments.get()))

    with pytest.raises(Invalid) as refused:
        submit(cast, draft)
    assert list(refused.value.errors) == ["evidence_network"]
    assert Application.objects.get().state == "draft"


def test_an_answer_emptied_while_it_was_judged_is_missed(draft: Application, cast: Any, between: Any) -> None:
    between(lambda: save(cast.legal_representative, Application.objects.get(), project_title="") and None)

    with pytest.raises(Invalid) as refused:
        submit(cast, draft)
    assert list(refused.value.errors) == ["project_title"]


def test_what_was_saved_while_it_was_judged_is_filed(draft: Application, cast: Any, between: Any) -> None:
    between(lambda: save(cast.legal_representative, Application.objects.get(), site_address="九号") and None)
    submit(cast, draft)

    assert Revision.objects.get().data["site_address"] == Application.objects.get().data["site_address"] == "九号"


def test_who_comes_second_is_told_that_it_has_been_submitted(draft: Application, cast: Any, between: Any) -> None:
    between(lambda: submit(cast, Application.objects.get()) and None)

    with pytest.raises(Conflict):
        submit(cast, draft)


def test_a_deadline_that_passes_while_it_is_judged_holds(draft: Application, cast: Any, between: Any, at: Any) -> None:
    between(lambda: at("2023-08-31 17:00") and None)

    with pytest.raises(Refused):
        submit(cast, draft)
    assert Application.objects.get().state == "draft"
