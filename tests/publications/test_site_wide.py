"""Cases, case sets, guidelines and changes of entries everywhere the site lists what is public: search, site map, data, feeds, JSON-LD."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from django.test import Client
from django.utils import translation

from pilotage.core import clock
from pilotage.directory import services as entries
from pilotage.directory.models import EntryChange
from pilotage.publications.books import services as books
from pilotage.publications.books.models import CaseSet
from pilotage.publications.cases import publishing
from pilotage.publications.guidelines import issuing
from pilotage.publications.models import Case
from pilotage.publications.open_data import feeds
from pilotage.publications.services import load_history
from pilotage.publications.site import index
from pilotage.publications.site.enums import Found
from pilotage.publications.site.searching import search
from tests.factories import directory
from tests.factories import guidelines as make
from tests.factories.case_studies import WORDS, published
from tests.factories.plan import PlanFactory

pytestmark = [pytest.mark.django_db, pytest.mark.kept_pages]
SET = {
    "slug": "cases-2023",
    "title_zh": "智能装配案例集",
    "title_en": "Assembly cases",
    "foreword_zh": "独角鲸前言。",
    "language": "zh",
    "number": "案例〔2023〕1号",
    "issued_on": "2023-10-31",
}


@pytest.fixture
def case_set(cast: Any) -> CaseSet:
    case = published(cast)
    made = books.begin(actor=cast.secretariat, plan=PlanFactory(), values=SET)
    made = books.choose(actor=cast.secretariat, case_set=made, cases=[case.pk])
    index.catch_up()
    return made


def issue(cast: Any, case_set: CaseSet) -> None:
    books.propose_issue(actor=cast.secretariat, case_set=case_set)
    books.confirm_issue(actor=cast.second_secretariat, case_set=case_set)
    index.catch_up()


def keys(text: str, kind: str) -> list[str]:
    return [hit.key for hit in search(text, kind=kind).hits]


def linked(client: Client, address: str) -> list[dict[str, Any]]:
    blocks = client.get(address).content.decode().split('<script type="application/ld+json">')[1:]
    return [json.loads(block.split("</script>")[0]) for block in blocks]


def differences(*kinds: str) -> list[str]:
    return [line for line in index.differences() if line.split()[1] in kinds]


def test_a_case_is_found_by_its_problem_until_consent_is_withdrawn(cast: Any, case_set: CaseSet) -> None:
    case = case_set.items.get().case
    assert keys("返工损失", Found.CASE) == [case.number]
    assert keys("独角鲸", Found.CASE) == []
    publishing.withdraw_consents(actor=cast.filer, case=case, items=["text"])
    index.catch_up()
    assert (keys("返工损失", Found.CASE), differences("case")) == ([], [])


def test_a_case_set_is_found_once_issued_and_leads_to_its_page(cast: Any, case_set: CaseSet, client: Client) -> None:
    assert keys("独角鲸", Found.CASE_SET) == []
    issue(cast, case_set)
    assert (keys("独角鲸", Found.CASE_SET), keys("Assembly", Found.CASE_SET), differences("case_set")) == (
        ["cases-2023"],
        ["cases-2023"],
        [],
    )
    assert 'href="/case-sets/cases-2023/"' in client.get("/search/?q=独角鲸").content.decode()
    assert "/case-sets/cases-2023/" in client.get("/sitemaps/case-sets-1.xml").getvalue().decode()
    books.propose_withdrawal(actor=cast.secretariat, case_set=case_set, reason="重编")
    books.confirm_withdrawal(actor=cast.second_secretariat, case_set=case_set)
    index.catch_up()
    assert (keys("独角鲸", Found.CASE_SET), differences("case_set")) == ([], [])
    assert "cases-2023" not in client.get("/sitemaps/case-sets-1.xml").getvalue().decode()


def test_a_guideline_is_found_as_it_was_issued(cast: Any, at: Any, client: Client) -> None:
    at(make.TODAY)
    draft = make.guideline(cast)
    index.catch_up()
    assert keys("电子", Found.GUIDELINE) == []
    revision = make.issued(cast, at, make.answered(cast, at, make.opened(cast, draft)).guideline)
    index.catch_up()
    assert (keys("电子", Found.GUIDELINE), differences("guideline")) == (["electronics"], [])
    assert "/guidelines/electronics/" in client.get("/sitemaps/guidelines-1.xml").getvalue().decode()
    said = linked(client, "/guidelines/electronics/")[0]
    assert (said["@type"], said["identifier"], said["version"]) == ("Report", revision.number, "1")
    draft.refresh_from_db()
    issuing.propose_withdrawal(actor=cast.secretariat, guideline=draft, reason="失效")
    issuing.confirm_withdrawal(actor=cast.second_secretariat, guideline=draft)
    index.catch_up()
    assert ("datePublished" in linked(client, "/guidelines/electronics/")[0], differences("guideline")) == (False, [])
    assert "electronics" not in client.get("/sitemaps/guidelines-1.xml").getvalue().decode()


def test_cases_sets_and_news_say_what_they_are(cast: Any, case_set: CaseSet, client: Client) -> None:
    case = case_set.items.get().case
    issue(cast, case_set)
    said = linked(client, f"/cases/{case.number}/")[0]
    assert (said["@type"], said["headline"], said["identifier"]) == ("Article", WORDS["title_zh"], case.number)
    said = linked(client, "/case-sets/cases-2023/")[0]
    assert (said["@type"], said["identifier"], [part["@id"] for part in said["hasPart"]]) == (
        "Book",
        "案例〔2023〕1号",
        [f"http://testserver/cases/{case.number}/"],
    )


def test_every_public_change_of_an_entry_is_data_and_news(cast: Any, client: Client) -> None:
    stage = directory.published(cast)
    entry = stage.entries[0]
    with clock.at(directory.moment("2024-03-01 10:00")):
        entries.set_label(actor=cast.secretariat, entry=entry, label="benchmark", reason="示范带动强")
    rows = list(csv.DictReader(io.StringIO(client.get("/open-data/directory-changes.csv").getvalue().decode("utf-8-sig"))))
    change = EntryChange.objects.get(kind="label")
    assert rows[0] | {"url": ""} == {
        "id": f"{entry.number}:{change.pk}", "url": "", "entry": entry.number, "edition": rows[0]["edition"], "kind": "label",
        "changed_on": "2024-03-01", "recorded_at": "2024-03-01T02:00:00Z", "reason": "示范带动强", "label": "benchmark", "fields": "",
        "is_fictional": rows[0]["is_fictional"],
    }  # fmt: skip
    assert [row["kind"] for row in rows[1:]] == ["list"] * len(stage.entries)
    feed = feeds.get("directory")
    assert feed is not None
    found = feeds.newest(feed)
    assert [each.kind for each in found] == ["labelled", *["listed"] * len(stage.entries)]
    assert len({each.key for each in found}) == len(found)
    tree = xml.fromstring(client.get("/feeds/directory.atom").content)
    assert "示范带动强" in "".join(tree.itertext())
    type(entry).objects.filter(pk=entry.pk).update(state="prepared")
    assert entry.number not in "".join(each.key for each in feeds.newest(feed))


def test_an_entry_without_recorded_changes_still_has_its_news(db: None) -> None:
    edition = directory.edition()
    entry = directory.entry(edition)
    feed = feeds.get("directory")
    assert feed is not None
    assert [(each.kind, entry.number in each.key) for each in feeds.newest(feed)] == [("listed", True)]


def test_a_recorded_case_keeps_its_identifier_when_all_are_recorded_again(db: None, client: Client) -> None:
    def identifiers() -> dict[str, str]:
        rows = json.loads(client.get("/open-data/cases-elsewhere.json").getvalue())
        return {f"{row['programme_zh']} {row['name']} {row['year']}": row["id"] for row in rows}

    load_history(actor=None)
    before = identifiers()
    Case.objects.all().delete()
    Case.objects.create(year=2020, programme_zh="先记的", name="一例", source="https://example.org/a")
    load_history(actor=None)
    after = identifiers()
    assert {name: after[name] for name in before} == before
    assert len(set(after.values())) == len(after)
    with translation.override("en"):
        assert identifiers() == after
