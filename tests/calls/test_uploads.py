"""Files that come in pieces (tus 1.0): the protocol, a line that breaks, the scope."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.utils import timezone

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Attachment, Upload
from pilotage.calls.services import uploads
from tests.factories import calls as make

V = {"HTTP_TUS_RESUMABLE": "1.0.0"}
PIECE = "application/offset+octet-stream"
CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def draft(db: None, cast: Any, at: Any) -> Application:
    at(make.FILING)
    return make.application(make.call(), cast.filer, cast.enterprise)


def said(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def begin(client: Any, application: Application, *, size: int = len(CONTENT), **pairs: str) -> Any:
    pairs = {"filename": "合同.pdf", "field": "evidence_network", **pairs}
    address = f"/my/{application.number}/uploads/"
    return client.post(address, headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": said(**pairs)})


def send(client: Any, place: str, offset: int, content: bytes, **more: Any) -> Any:
    return client.patch(place, content, content_type=PIECE, headers={"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}, **more)


def left(settings: Any) -> list[str]:
    return [path.name for path in settings.UPLOAD_DIR.iterdir()] if settings.UPLOAD_DIR.exists() else []


def test_a_file_comes_in_pieces_and_becomes_an_attachment(draft: Application, cast: Any, client_for: Any, settings: Any) -> None:
    client = client_for(cast.filer)
    begun = begin(client, draft, sha256=hashlib.sha256(CONTENT).hexdigest())
    place = begun["Location"]
    assert (begun.status_code, begun["Upload-Offset"], begun["Tus-Resumable"]) == (201, "0", "1.0.0")
    assert "Upload-Expires" in begun
    assert send(client, place, 0, CONTENT[:4000])["Upload-Offset"] == "4000"
    standing = client.head(place, **V)
    assert (standing.status_code, standing["Upload-Offset"], standing["Upload-Length"]) == (200, "4000", str(len(CONTENT)))
    assert standing["Cache-Control"].count("no-store") == 1
    assert Attachment.objects.count() == 0
    last = send(client, place, 4000, CONTENT[4000:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(CONTENT)))
    file = Attachment.objects.get()
    assert (file.name, file.size, file.sha256, file.uploaded_by) == (
        "合同.pdf",
        len(CONTENT),
        hashlib.sha256(CONTENT).hexdigest(),
        cast.filer,
    )
    with file.file.open("rb") as stored:
        assert stored.read() == CONTENT
    assert (Upload.objects.count(), left(settings), client.head(place, **V).status_code) == (0, [], 404)


def test_the_server_says_what_it_can(draft: Application, cast: Any, client_for: Any, settings: Any) -> None:
    client = client_for(cast.filer)
    answer = client.options(f"/my/{draft.number}/uploads/")
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Extension"]) == (204, "1.0.0", "creation,expiration,termination")
    assert answer["Tus-Max-Size"] == str(settings.ATTACHMENT_MAX_BYTES)
    old = client.post(f"/my/{draft.number}/uploads/", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (old.status_code, old["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("size", "pairs", "status", "words"),
    [
        (0, {}, 422, "空文件"),
        (10**9, {}, 422, "MB"),
        (10, {"field": "project_title"}, 422, ""),
        (10, {"field": "nothing"}, 422, ""),
        (10, {"sha256": "no digest"}, 400, ""),
    ],
)
def test_what_cannot_become_an_attachment_is_not_begun(
    draft: Application, cast: Any, client_for: Any, size: int, pairs: dict[str, str], status: int, words: str
) -> None:
    answer = begin(client_for(cast.filer), draft, size=size, **pairs)
    assert answer.status_code == status
    assert words in (answer.json()["error"] if status == 422 else "")
    assert Upload.objects.count() == 0


def test_a_piece_at_the_wrong_place_is_refused(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    place = begin(client, draft)["Location"]
    send(client, place, 0, CONTENT[:100])
    for offset in (0, 50, 101):
        assert send(client, place, offset, b"x").status_code == 409
    assert (
        client.patch(place, b"x", content_type="text/plain", headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "100"}).status_code == 415
    )
    assert client.patch(place, b"x", content_type=PIECE, headers={"Tus-Resumable": "1.0.0"}).status_code == 400
    assert Upload.objects.get().received == 100


def test_no_more_is_taken_than_was_announced(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    place = begin(client, draft)["Location"]
    assert send(client, place, 0, CONTENT + b"more")["Upload-Offset"] == str(len(CONTENT))
    assert Attachment.objects.get().sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_two_writers_do_not_mix(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    place = begin(client, draft)["Location"]
    with uploads._held(Upload.objects.get()):
        assert send(client, place, 0, b"x").status_code == 409
    assert send(client, place, 0, CONTENT[:10])["Upload-Offset"] == "10"


@pytest.mark.parametrize(
    ("content", "pairs", "words"),
    [(CONTENT, {"sha256": "0" * 64}, "传输中损坏"), (b"MZ program", {}, "合同.pdf"), (b"\x89PNG\r\n\x1a\n", {}, "合同.pdf")],
)
def test_what_is_wrong_with_the_whole_file_is_said_at_the_end(
    draft: Application, cast: Any, client_for: Any, settings: Any, content: bytes, pairs: dict[str, str], words: str
) -> None:
    client = client_for(cast.filer)
    place = begin(client, draft, size=len(content), **pairs)["Location"]
    answer = send(client, place, 0, content)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert (Attachment.objects.count(), Upload.objects.count(), left(settings)) == (0, 0, [])


def test_an_upload_can_be_given_up_and_abandoned_ones_are_swept(draft: Application, cast: Any, client_for: Any, settings: Any) -> None:
    client = client_for(cast.filer)
    first, second, third = (begin(client, draft)["Location"] for _ in range(3))
    assert client.delete(first, **V).status_code == 204
    assert client.head(first, **V).status_code == 404
    Upload.objects.filter(pk=second.rstrip("/").rpartition("/")[2]).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.head(second, **V).status_code == 404
    assert uploads.sweep_expired() == 1
    assert third == f"/my/{quote(draft.number)}/uploads/{Upload.objects.get().pk}/"
    assert len(left(settings)) == 1


def test_unfinished_uploads_are_bounded(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    statuses = [begin(client, draft).status_code for _ in range(uploads.MOST_OPEN + 1)]
    assert statuses == [201] * uploads.MOST_OPEN + [422]


def test_uploads_are_the_filers_own(draft: Application, cast: Any, client_for: Any) -> None:
    place = begin(client_for(cast.filer), draft)["Location"]
    for stranger in (cast.outsider, cast.other_filer, cast.city_officer, cast.secretariat):
        client = client_for(stranger)
        answers = [begin(client, draft), client.head(place, **V), send(client, place, 0, b"x"), client.delete(place, **V)]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert client_for().head(place, **V).status_code == 302
    # of another application of the same enterprise
    other = make.application(draft.call, cast.filer, cast.enterprise)
    assert client_for(cast.filer).head(place.replace(quote(draft.number), quote(other.number)), **V).status_code == 404
    assert Upload.objects.get().received == 0


def test_nothing_is_taken_once_the_application_is_filed(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer)
    place = begin(client, draft)["Location"]
    Application.objects.filter(pk=draft.pk).update(state=ApplicationState.SUBMITTED, submitted_at=make.moment(make.FILING))
    assert [send(client, place, 0, CONTENT).status_code, begin(client, draft).status_code] == [403, 403]
    assert Attachment.objects.count() == 0


def test_a_forged_request_is_refused(draft: Application, cast: Any, client_for: Any) -> None:
    client = client_for(cast.filer, enforce_csrf_checks=True)
    assert begin(client, draft).status_code == 403
    assert Upload.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_broken_line_costs_the_rest_of_the_piece_only(live_server: Any, draft: Application, cast: Any, client_for: Any) -> None:
    """A real server and a socket that is cut in the middle of a piece: HEAD says where to go on, and the file comes out whole."""
    client = client_for(cast.filer)
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"
    known = {"Cookie": cookie, "X-CSRFToken": "a" * 32, "Tus-Resumable": "1.0.0"}
    place = begin(client, draft, sha256=hashlib.sha256(CONTENT).hexdigest())["Location"]
    host = urlsplit(live_server.url).netloc

    line = socket.create_connection(tuple(host.split(":")))  # type: ignore[arg-type]
    head = {**known, "Host": host, "Content-Type": PIECE, "Upload-Offset": "0", "Content-Length": str(len(CONTENT))}
    text = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n"
    line.sendall(text.encode() + CONTENT[:5000])
    line.shutdown(socket.SHUT_WR)
    line.close()

    def ask(method: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(host)
        connection.request(method, place, body, {**known, **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = connection.getresponse()
        answer.read()
        return answer

    for _ in range(100):  # until the server has noticed
        offset = int(ask("HEAD").headers["Upload-Offset"])
        if offset:
            break
        time.sleep(0.05)
    assert offset == 5000
    last = ask("PATCH", CONTENT[offset:], Upload_Offset=str(offset), Content_Type=PIECE)
    assert (last.status, Attachment.objects.get().sha256) == (204, hashlib.sha256(CONTENT).hexdigest())
