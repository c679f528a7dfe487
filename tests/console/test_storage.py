"""Attachments in an S3 store: kept, checked, backed up and brought back. The store is moto's server on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage, storages
from django.core.management import call_command

from pilotage.calls.enums import PreviewState
from pilotage.calls.models import Attachment
from pilotage.calls.services.files import draw_previews
from pilotage.console import backup, health, restore
from pilotage.core.env import EnvError, storage
from tests.factories import calls as make


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {}),
        ("file:///srv/files", {"location": "/srv/files"}),
        (
            "s3://bucket/pilotage?endpoint=http://127.0.0.1:9000&region=cn-north-1",
            {
                "bucket_name": "bucket",
                "location": "pilotage",
                "endpoint_url": "http://127.0.0.1:9000",
                "region_name": "cn-north-1",
                "default_acl": None,
                "file_overwrite": False,
            },
        ),
        ("s3://bucket", {"bucket_name": "bucket", "location": "", "default_acl": None, "file_overwrite": False}),
    ],
)
def test_the_address_of_a_store(url: str, expected: dict[str, Any]) -> None:
    assert storage(url).get("OPTIONS", {}) == expected


@pytest.mark.parametrize("url", ["ftp://x/y", "s3://", "s3://bucket?colour=blue", "/srv/files", "file://"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(EnvError, match="PILOTAGE_STORAGE_URL"):
        storage(url)


@pytest.fixture
def bucket(settings: Any, monkeypatch: Any) -> Iterator[Any]:
    import boto3
    from moto.server import ThreadedMotoServer

    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    store = boto3.resource("s3", endpoint_url=address, region_name="us-east-1").Bucket("pilotage")
    store.create()
    settings.STORAGES = {**settings.STORAGES, "default": storage(f"s3://pilotage/files?endpoint={address}&region=us-east-1")}
    yield store
    store.objects.all().delete()  # the server's memory outlives it
    server.stop()


@pytest.fixture
def file(bucket: Any, db: None, cast: Any, at: Any) -> Attachment:
    at(make.FILING)
    application = make.application(make.call(), cast.filer, cast.enterprise)
    return make.attachment(application, cast.filer)


def test_attachments_live_in_the_bucket(file: Attachment, bucket: Any, cast: Any, client_for: Any, settings: Any) -> None:
    assert [each.key for each in bucket.objects.all()] == [f"files/{file.file.name}"]
    assert not list(Path(settings.MEDIA_ROOT).glob("**/*"))
    address = f"/applications/{file.application.number}/files/{file.pk}/"
    assert b"".join(client_for(cast.filer).get(address).streaming_content) == b"%PDF-1.7 demo"
    assert draw_previews() == 1
    assert Attachment.objects.get().preview == PreviewState.NONE
    bucket.delete_objects(Delete={"Objects": [{"Key": f"files/{file.file.name}"}]})
    assert client_for(cast.filer).get(address).status_code == 404


def test_verify_reads_the_bucket(file: Attachment, bucket: Any) -> None:
    assert [finding.level for finding in health.files()] == [health.Level.GOOD]
    bucket.put_object(Key=f"files/{file.file.name}", Body=b"something else")
    assert [finding.text for finding in health.files()] == [f"附件 {file.pk}: its file {file.file.name} was changed"]


def test_files_are_copied_out_of_the_bucket_and_back(file: Attachment, bucket: Any, tmp_path: Path) -> None:
    digests, total = backup._copy_files(tmp_path / "files", [file.file.name])
    assert (digests, total) == ({file.file.name: hashlib.sha256(b"%PDF-1.7 demo").hexdigest()}, 13)
    (tmp_path / backup.FILE_LIST).write_text(f"{file.sha256}  files/{file.file.name}\n")
    restore._place_files(tmp_path)  # there already, and the same
    bucket.delete_objects(Delete={"Objects": [{"Key": f"files/{file.file.name}"}]})
    restore._place_files(tmp_path)
    with default_storage.open(file.file.name) as stored:
        assert stored.read() == b"%PDF-1.7 demo"
    bucket.put_object(Key=f"files/{file.file.name}", Body=b"something else")
    with pytest.raises(backup.BackupError, match="nothing was overwritten"):
        restore._place_files(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_what_the_bucket_holds(bucket: Any, cast: Any, at: Any, tmp_path: Path) -> None:
    at(make.FILING)
    file = make.attachment(make.application(make.call(), cast.filer, cast.enterprise), cast.filer)
    said = StringIO()
    call_command("backup", str(tmp_path / "copy"), stdout=said)
    assert (tmp_path / "copy" / "files" / file.file.name).read_bytes() == b"%PDF-1.7 demo"
    assert "1 file(s), 13 bytes" in said.getvalue()
    assert storages["default"].exists(file.file.name)
