"""A question that only an entry of one's own in a directory answers: offered, filled in, refused, and judged again at submission."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from pilotage.calls import services
from pilotage.calls.models import Application
from pilotage.calls.services.filing import submission_problems
from pilotage.core.verdict import Invalid
from pilotage.directory.models import Entry
from tests.factories import calls as make
from tests.factories import directory as listed
from tests.factories import joint as factory

KEY = "entry_number"
QUESTION = {
    "key": KEY, "type": "text", "max_length": 20, "required": True, "entry_of": "5g-factory", "label": {"zh": "名录编号", "en": "Number"},
}  # fmt: skip


@pytest.fixture
def own(cast: Any, at: Any) -> list[Entry]:
    """Two entries of the filer's enterprise and one of another's."""
    at(make.FILING)
    edition = listed.edition(2022)
    holders = [("5GF-2022-0001", cast.enterprise), ("5GF-2022-0002", cast.enterprise), ("5GF-2022-0003", cast.other_enterprise)]
    return [listed.entry(edition, number, enterprise=holder) for number, holder in holders]


def call() -> Any:
    form = make.call_document()["form"]
    form["sections"][0]["fields"].append(QUESTION)
    return make.call(form=form)


def save(application: Application, actor: Any, value: Any) -> Any:
    return services.save_draft(actor=actor, application=application, values={KEY: value}, base_version=application.draft_version)


def test_the_own_entries_are_offered_on_the_page_and_in_the_workbook(own: Any, cast: Any, client_for: Any) -> None:
    draft = factory.complete_draft(call(), cast)
    page = client_for(cast.filer).get(f"/my/{draft.number}/?section=enterprise").content.decode()
    assert [f"<option>5GF-2022-000{number}</option>" in page for number in (1, 2, 3)] == [True, True, False]
    book = openpyxl.load_workbook(io.BytesIO(client_for(cast.filer).get(f"/my/{draft.number}/form.xlsx").content))
    words = [cell.value for column in book["_lists"].iter_cols() for cell in column]
    assert [f"5GF-2022-000{number}" in words for number in (1, 2, 3)] == [True, True, False]
    assert client_for(cast.outsider).get(f"/my/{draft.number}/?section=enterprise").status_code == 404


def test_the_only_entry_is_filled_in_and_says_where_it_comes_from(own: Any, cast: Any, client_for: Any) -> None:
    own[1].delete()
    draft = services.start_application(actor=cast.filer, call=call(), enterprise=cast.enterprise)
    assert (draft.data[KEY], draft.origins[KEY]) == ("5GF-2022-0001", {"from": "directory"})
    assert "所持条目" in client_for(cast.filer).get(f"/my/{draft.number}/?section=enterprise").content.decode()


@pytest.mark.parametrize("number", ["5GF-2022-0003", "5GF-2099-0001", "x"])
def test_an_entry_of_somebody_else_is_not_kept(number: str, own: Any, cast: Any) -> None:
    draft = services.start_application(actor=cast.filer, call=call(), enterprise=cast.enterprise)
    with translation.override("en"):
        result = save(draft, cast.filer, number)
    assert list(result.errors) == [KEY]
    assert f"“{number}” is no entry in force of yours in" in result.errors[KEY]
    assert result.errors[KEY].endswith("Yours: 5GF-2022-0001, 5GF-2022-0002.")
    assert KEY not in Application.objects.get().data
    assert save(draft, cast.filer, "5GF-2022-0002").errors == {}


def test_who_holds_none_reads_so(own: Any, cast: Any) -> None:
    Entry.objects.filter(enterprise=cast.enterprise).delete()
    draft = services.start_application(actor=cast.filer, call=call(), enterprise=cast.enterprise)
    assert "未持有有效条目" in save(draft, cast.filer, "5GF-2022-0003").errors[KEY]


def test_an_entry_that_ended_meanwhile_stands_against_submission(own: Any, cast: Any) -> None:
    draft = factory.complete_draft(call(), cast)
    save(draft, cast.filer, "5GF-2022-0001")
    assert KEY not in submission_problems(Application.objects.get())
    Entry.objects.filter(number="5GF-2022-0001").update(state="removed", removed_on="2023-08-01")
    assert "不是本单位" in submission_problems(Application.objects.get())[KEY]
    with pytest.raises(Invalid):
        services.submit(actor=cast.filer, application=Application.objects.get())


def test_a_form_without_such_a_question_asks_no_directory(cast: Any, at: Any, django_assert_num_queries: Any) -> None:
    from pilotage.calls import standing
    from pilotage.calls.selectors import form_of

    at(make.FILING)
    form = form_of(make.call().current)
    with django_assert_num_queries(0):
        assert standing.foreign_entries(form, make.answers(), cast.enterprise) == {}


def test_the_benchmark_call_asks_for_an_own_entry() -> None:
    from ruamel.yaml import YAML

    text = (make.FOLDER / "calls" / "5g-factory-benchmark.yaml").read_text(encoding="utf-8")
    fields = [field for section in YAML(typ="safe").load(text)["form"]["sections"] for field in section["fields"]]
    assert {field["key"]: field["entry_of"] for field in fields if "entry_of" in field} == {KEY: "5g-factory"}
