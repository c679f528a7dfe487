"""Any sequence of edits, merges, returns and resubmissions of two editors keeps every acknowledged value in history."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotage.calls import services
from pilotage.calls.models import Application, FieldChange, FieldComment, Revision
from pilotage.calls.services.filing import revision_digest
from tests.factories import calls as make

KEYS = ("site_address", "innovation", "base_stations", "scenarios", "awards")
VALUES = {
    "site_address": st.sampled_from(["甲路一号", "乙路二号", "丙路三号"]),
    "innovation": st.sampled_from(["", "新做法", "另一种新做法"]),
    "base_stations": st.sampled_from(["1", "2", "many"]),
    "scenarios": st.sampled_from([{"04": "甲"}, {"04": "甲", "06": "乙"}, {"06": "丙"}]),
    "awards": st.sampled_from([[], [{"name": "称号", "award_level": "city", "awarded_on": "2020-01"}]]),
}
EDIT = st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.just(key), VALUES[key]))
ACTS = st.one_of(
    st.tuples(st.just("save"), st.integers(0, 1), st.lists(EDIT, min_size=1, max_size=3)),
    st.tuples(st.just("reload"), st.integers(0, 1), st.none()),
    st.tuples(st.just("submit"), st.integers(0, 1), st.none()),
    st.tuples(st.just("return"), st.integers(0, 1), st.none()),
    st.tuples(st.just("comment"), st.integers(0, 1), st.sampled_from(KEYS)),
    st.tuples(st.just("answer"), st.integers(0, 1), st.sampled_from(["已改", "以合同为准"])),
    st.tuples(st.just("check_and_undo"), st.integers(0, 1), st.none()),
)


class House:
    """The two editors, what each has on screen, and what the house has told them is kept."""

    def __init__(self, cast: Any, application: Application):
        self.cast, self.key = cast, application.pk
        self.editors = [cast.filer, cast.legal_representative]
        self.seen = [application.draft_version] * 2
        self.acknowledged: dict[str, list[Any]] = defaultdict(list)
        self.filed: list[dict[str, Any]] = []
        self.written: dict[str, str] = {}  # comments that wait for the return: field -> text
        self.sent: list[tuple[str, str, int]] = []  # field, text, number of the filing it speaks of
        self.answers: dict[int, str] = {}

    @property
    def row(self) -> Application:
        return Application.objects.get(pk=self.key)

    def save(self, who: int, edits: list[tuple[str, Any]]) -> None:
        before = self.row
        if before.state not in {"draft", "returned"}:
            return
        values = dict(edits)
        result = services.save_draft(actor=self.editors[who], application=self.row, values=values, base_version=self.seen[who])
        after = self.row
        assert set(result.saved) | set(result.conflicts) | set(result.errors) == set(values)
        for key in result.saved:
            self.acknowledged[key].append(after.data.get(key))
        for key, conflict in result.conflicts.items():
            assert conflict.theirs == before.data.get(key) == after.data.get(key) != conflict.yours
            assert before.field_versions[key] > self.seen[who]
        assert {key for key in after.data if after.data[key] != before.data.get(key)} <= set(result.saved)

    def reload(self, who: int, _nothing: None) -> None:
        self.seen[who] = self.row.draft_version

    def submit(self, who: int, _nothing: None) -> None:
        if self.row.state in {"draft", "returned"}:
            services.submit(actor=self.editors[who], application=self.row)
            self.filed.append(self.row.data)

    def give_back(self) -> None:
        if self.row.state in {"submitted", "resubmitted"}:
            services.return_for_correction(actor=self.cast.city_officer, application=self.row, reason="请补正")
            self.sent += [(field, text, len(self.filed)) for field, text in self.written.items()]
            self.written = {}

    def comment(self, who: int, field: str) -> None:
        if self.row.state in {"submitted", "resubmitted"}:
            text = f"意见{who}之{len(self.sent)}"
            services.comment_on(actor=self.cast.city_officer, application=self.row, field=field, text=text)
            self.written[field] = text

    def answer(self, who: int, text: str) -> None:
        found = FieldComment.objects.filter(application=self.key, state="sent").order_by("-id").first()
        if found and self.row.state == "returned":
            services.answer_comment(actor=self.editors[who], comment=found, text=text)
            self.answers[found.pk] = text

    def check_and_undo(self, _who: int, _nothing: None) -> None:
        before = self.row
        if before.state in {"submitted", "resubmitted"} and not self.written and not self.sent:
            services.check(actor=self.cast.city_officer, application=self.row, result="pass", opinion="")
            services.take_back(actor=self.cast.city_officer, applications=[self.row], reason="再看")
            assert (self.row.state, self.row.data, self.row.check_result) == (before.state, before.data, before.check_result)

    def check(self) -> None:
        kept: dict[str, list[Any]] = defaultdict(lambda: [None])  # every field begins open
        for change in FieldChange.objects.filter(application=self.key).order_by("id"):
            kept[change.key].append(change.value)
        for key, values in self.acknowledged.items():
            assert all(value in kept[key] for value in values), key
            assert self.row.data.get(key) == kept[key][-1]
        comments = list(FieldComment.objects.filter(application=self.key).order_by("id").select_related("revision"))
        told = [(each.field, each.text, each.revision.number) for each in comments if each.sent_at]
        assert sorted(told) == sorted(self.sent)
        assert {each.field: each.text for each in comments if not each.sent_at} == self.written
        assert {each.pk: each.answer for each in comments if each.answer} == self.answers
        revisions = list(Revision.objects.filter(application=self.key).order_by("number"))
        assert [revision.data for revision in revisions] == self.filed
        assert all(revision.digest == revision_digest(revision) for revision in revisions)


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    cast.enterprise.uscc = "91110000600037341L"
    cast.enterprise.save()
    draft = services.start_application(actor=cast.filer, call=make.call(), enterprise=cast.enterprise)
    services.save_draft(actor=cast.filer, application=draft, values=make.answers(), base_version=0)
    make.attachment(draft, cast.filer)
    return draft


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=1, max_size=12))
def test_no_acknowledged_value_is_ever_lost(acts: list[tuple[str, int, Any]], draft: Application, cast: Any) -> None:
    with transaction.atomic():
        house = House(cast, draft)
        for act, who, what in acts:
            if act == "return":
                house.give_back()
            else:
                getattr(house, act)(who, what)
        house.check()
        transaction.set_rollback(True)
