"""Every public table in every format, from the same rows."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import jsonschema
import openpyxl
import pyarrow.parquet
import pytest
from django.test import Client
from django.urls import reverse

from pilotage.directory.enums import EditionState, EntryState
from pilotage.directory.models import Edition, EntryCount
from pilotage.publications.models import Case
from pilotage.publications.open_data import files, tables
from pilotage.publications.open_data.schemas import json_schema, table_schema
from tests.factories import directory
from tests.factories.accounts import Cast, enterprise
from tests.factories.directory import SECRETS
from tests.factories.plan import TargetFactory

pytestmark = pytest.mark.django_db
EFFECT = {
    "key": "output",
    "label": {"zh": "日产量", "en": "Daily output"},
    "unit": {"zh": "台", "en": "units"},
    "better": "higher",
    "before": "40",
    "after": "50.0",
}


@pytest.fixture
def published(db: None) -> Edition:
    """One edition with rows in most tables; text that a spreadsheet would run stands among it."""
    edition = directory.edition()
    directory.entry(edition, facts={"fields": [], "effects": [EFFECT], "scenarios": {"04": "说明"}})
    directory.entry(edition, "=1+1工厂", "第二“引号”公司, 有限", ("01", "02"), label="benchmark", labelled_on=date(2023, 12, 1))
    EntryCount.objects.create(edition=edition, dimension="total", count=2)
    EntryCount.objects.create(edition=edition, dimension="province", code="320000", count=2)
    Case.objects.create(year=None, programme_zh="示范", name="某市", source="https://example.org/a")
    TargetFactory()
    return edition


def content(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def from_csv(body: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("key", [table.key for table in tables.every()])
def test_the_formats_agree(published: Edition, client: Client, key: str) -> None:
    """CSV, XLSX, JSON, Parquet and the interface give the same rows in the same order."""
    table = tables.get(key)
    assert table is not None
    found = json.loads(content(client, f"/open-data/{key}.json"))
    jsonschema.validate(found, json_schema(table), format_checker=jsonschema.FormatChecker())
    from_file = from_csv(content(client, f"/open-data/{key}.csv"))
    assert [_unquoted(row) for row in from_file] == [{name: _as_csv(value) for name, value in row.items()} for row in found]
    parquet = pyarrow.parquet.read_table(io.BytesIO(content(client, f"/open-data/{key}.parquet")))
    assert parquet.column_names == list(table.names)
    assert [{name: _as_json(value) for name, value in row.items()} for row in parquet.to_pylist()] == found
    sheet = openpyxl.load_workbook(io.BytesIO(content(client, f"/open-data/{key}.xlsx"))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == table.names
    assert [row[0] for row in rows[1:]] == [row["id"] for row in found]
    answered = client.get(f"/api/v1/tables/{key}?size=500").json()
    assert (answered["rows"], answered["next"]) == (found, None)


def _unquoted(row: dict[str, Any]) -> dict[str, Any]:
    """Without the apostrophe before what a spreadsheet would run."""
    return {name: value[1:] if value[:2] in {"'=", "'+", "'-", "'@"} else value for name, value in row.items()}


def _as_csv(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value == int(value) else value


def test_the_tables_hold_what_is_published(published: Edition, client: Client) -> None:
    def rows(key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(content(client, f"/open-data/{key}.json"))
        return found

    assert [row["id"] for row in rows("directory-entries")] == ["5GF-2023-0001", "5GF-2023-0002"]
    first = rows("directory-entries")[0]
    assert first["url"] == "http://testserver/directory/entries/5GF-2023-0001/"
    assert (first["province_code"], first["industry_code"], first["level_name_zh"]) == ("320000", "34", "工厂级")
    assert [row["id"] for row in rows("directory-scenarios")] == ["5GF-2023-0001:04", "5GF-2023-0002:01", "5GF-2023-0002:02"]
    effect = rows("directory-effects")
    assert [(row["before"], row["after"], row["change"], row["unit_en"]) for row in effect] == [(40, 50, 25, "units")]
    assert [(row["id"], row["count"]) for row in rows("directory-counts")] == [
        ("5g-factory-2023-demo:province:320000", 2),
        ("5g-factory-2023-demo:total", 2),
    ]
    assert [row["name"] for row in rows("cases-elsewhere")] == ["某市"]
    assert len(rows("plan-targets")) == 1


def test_an_edition_is_a_part_of_its_table(published: Edition, client: Client) -> None:
    other = directory.edition(2024)
    directory.entry(other, "第三工厂")
    assert [row["id"] for row in from_csv(content(client, "/open-data/directory-entries/5g-factory-2024-demo.csv"))] == ["5GF-2024-0001"]
    assert len(from_csv(content(client, "/open-data/directory-entries.csv"))) == 3
    assert client.get("/open-data/directory-entries/5g-factory-2025.csv").status_code == 404
    assert client.get("/api/v1/tables/directory-entries?edition=5g-factory-2025").status_code == 404


def test_nothing_unpublished_is_in_a_table(cast: Cast, client: Client) -> None:
    """Before publication nothing of the entries is there, afterwards nothing that was never public."""
    stage = directory.edition_prepared(cast)
    before = b"".join(content(client, f"/open-data/{key}.json") for key in _keys() if key.startswith("directory"))
    assert before.count(b'"id"') == 0
    client.force_login(cast.secretariat)
    assert json.loads(content(client, "/open-data/directory-entries.json")) == []
    client.logout()
    stage = directory.published(cast) if stage.edition is None else stage
    everything = "".join(content(client, f"/open-data/{key}.json").decode() for key in _keys())
    assert [secret for secret in SECRETS if secret in everything] == []


def _keys() -> list[str]:
    return [table.key for table in tables.every()]


def test_prepared_and_removed_entries(published: Edition, client: Client) -> None:
    published.entries.filter(number="5GF-2023-0001").update(state=EntryState.PREPARED)
    published.entries.filter(number="5GF-2023-0002").update(state=EntryState.REMOVED, removed_on=date(2024, 5, 1))
    rows = from_csv(content(client, "/open-data/directory-entries.csv"))
    assert [(row["id"], row["state"], row["removed_on"]) for row in rows] == [("5GF-2023-0002", "removed", "2024-05-01")]
    assert {row["entry"] for row in from_csv(content(client, "/open-data/directory-scenarios.csv"))} == {"5GF-2023-0002"}
    assert from_csv(content(client, "/open-data/directory-effects.csv")) == []
    Edition.objects.update(state=EditionState.PREPARED)
    assert [from_csv(content(client, f"/open-data/{key}.csv")) for key in _keys() if key.startswith("directory")] == [[]] * 6


def test_pages_of_the_interface_follow_each_other(published: Edition, client: Client) -> None:
    for number in range(5):
        directory.entry(published, f"第{number}工厂")
    found: list[str] = []
    after = ""
    while after is not None:
        answer = client.get(f"/api/v1/tables/directory-entries?size=3&after={after}").json()
        assert len(answer["rows"]) <= 3
        found += [row["id"] for row in answer["rows"]]
        after = answer["next"]
    assert found == [f"5GF-2023-{number:04d}" for number in range(1, 8)]
    targets = client.get("/api/v1/tables/plan-targets?size=1").json()
    assert (len(targets["rows"]), targets["next"]) == (1, None)


def test_an_unchanged_table_is_not_sent_again(published: Edition, client: Client) -> None:
    first = client.get("/open-data/directory-entries.csv")
    assert (first["Cache-Control"], first.has_header("Set-Cookie")) == ("public, no-cache", False)
    again = client.get("/open-data/directory-entries.csv", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/open-data/directory-entries.json", headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200


def test_a_workbook_that_would_be_too_long_says_so(published: Edition, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "XLSX_MOST", 1)
    response = client.get("/open-data/directory-entries.xlsx")
    assert response.status_code == 403
    assert "1行" in response.content.decode()


@pytest.mark.parametrize("table", tables.every(), ids=lambda table: table.key)
def test_schemas_say_what_each_field_is(table: tables.PublicTable) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(table))
    described = table_schema(table)
    assert described["primaryKey"] == ["id"]
    assert [field["name"] for field in described["fields"]] == list(table.names)
    assert all(field.zh and field.en for field in table.fields)


@pytest.mark.parametrize(
    "key", ["directory-entries", "directory-scenarios", "directory-effects", "directory-counts", "notices", "notice-rows"]
)
def test_the_queries_do_not_grow(key: str, published: Edition, client: Client, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            content(client, f"/open-data/{key}.csv")
        return len(found)

    one = count()
    for number in range(3):
        directory.entry(published, f"另{number}工厂", enterprise=enterprise(f"苏州另{number}有限公司"))
    assert count() == one


def test_pages_lead_to_every_file(published: Edition, client: Client) -> None:
    page = client.get(reverse("open_data:home")).content.decode()
    for key in _keys():
        assert all(f'href="/open-data/{key}.{kind}"' in page for kind in ("csv", "xlsx", "json", "parquet"))
    table = client.get("/open-data/directory-entries/").content.decode()
    assert 'href="/open-data/directory-entries/5g-factory-2023-demo.parquet"' in table
    assert "2023年5G工厂名录" in table
    assert "http://testserver/directory/entries/5GF-2023-0001/" in table
    assert client.get("/open-data/no-such-table/").status_code == 404
    assert client.get("/open-data/no-such-table.csv").status_code == 404
    assert client.get("/open-data/directory-entries.exe").status_code == 404
    english = client.get("/open-data/directory-entries/5g-factory-2023-demo/", headers={"accept-language": "en"}).content.decode()
    assert "Every entry of the published directories" in english


def test_a_table_is_named_once_and_knows_its_types() -> None:
    nothing = tables.ListSource(lambda edition: ())
    twice = tables.PublicTable("plans", "", "", "", "", (), nothing)
    with pytest.raises(ValueError, match="two tables plans"):
        tables.register(twice)
    odd = tables.PublicTable("odd", "", "", "", "", (tables.Field("odd", "colour", "", ""),), nothing)
    with pytest.raises(ValueError, match="odd"):
        tables.register(odd)
