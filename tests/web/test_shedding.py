"""When too many requests are in flight, saves in passing are asked to come again; nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from pilotage.core import write_queue
from pilotage.core.write_queue import Busy
from pilotage.web.calls.shedding import PATIENCE, Admission

AUTOSAVE = {"Pilotage-Autosave": "1"}
SENTENCES = {
    "zh-hans": "当前保存人数较多：已保存在本机，稍后自动上传",
    "en": "Very many people are saving just now: kept on this device, sent by itself in a moment.",
}


def post(path: str = "/my/5GF-2023-0001/", **headers: Any) -> dict[str, Any]:
    return RequestFactory().post(path, {"do": "autosave"}, headers=headers).environ


def asked(site: Admission, environ: dict[str, Any]) -> HttpResponse:
    """What a web server would send on."""
    begun: list[Any] = []
    body = b"".join(site(environ, lambda status, headers: begun.extend((status, headers))))
    return HttpResponse(body, status=int(begun[0].split()[0]), headers=dict(begun[1]))


def nested(inner: dict[str, Any], depth: int) -> HttpResponse:
    """What ``inner`` is answered while ``depth`` other requests are in flight."""
    answers: list[HttpResponse] = []

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        left = int(environ.get("left", -1))
        if left > 0:
            asked(site, {"left": left - 1})
        elif left == 0:
            answers.append(asked(site, inner))
        start_response("200 OK", [])
        return [b"served"]

    site = Admission(application)
    if depth == 0:
        return asked(site, inner)
    asked(site, {"left": depth - 1})
    assert site.in_flight == 0
    return answers[0]


@pytest.mark.parametrize(("others", "status"), [(0, 200), (2, 200), (3, 503)])
def test_an_autosave_is_shed_only_above_the_limit(settings: Any, others: int, status: int) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 3

    assert nested(post(**AUTOSAVE), others).status_code == status


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("named_by", ["header", "cookie"])
def test_the_answer_says_when_to_come_again_and_that_nothing_is_lost(settings: Any, language: str, named_by: str) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 1
    headers = {"Accept-Language": language} if named_by == "header" else {"Cookie": f"sessionid=x; django_language={language}"}

    answer = nested(post(**AUTOSAVE, **headers), 1)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "20", "no-store")
    assert answer.content.decode() == SENTENCES[language]
    assert answer["Content-Length"] == str(len(answer.content))  # a kept connection stays kept
    assert answer["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.parametrize("path", ["/my/5GF-2023-0001/submit/", "/my/5GF-2023-0001/", "/health/"])
def test_nothing_but_an_autosave_is_ever_shed(settings: Any, path: str) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 1

    assert nested(post(path), 7).content == b"served"


def test_nothing_is_shed_when_it_is_switched_off(settings: Any) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 0

    assert nested(post(**AUTOSAVE), 9).status_code == 200


def test_a_site_that_breaks_is_no_longer_in_flight() -> None:
    def application(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError

    site = Admission(application)
    with pytest.raises(RuntimeError):
        asked(site, post())

    assert site.in_flight == 0


def test_only_an_autosave_stands_back_in_the_write_queue(settings: Any) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 3
    seen: list[float | None] = []

    def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.append(write_queue.patience())
        start_response("200 OK", [])
        return []

    site = Admission(application)
    asked(site, post(**AUTOSAVE))
    asked(site, post())

    assert seen == [PATIENCE, None]


def test_the_site_is_served_through_it() -> None:
    from pilotage.wsgi import application

    assert isinstance(application, Admission)


@pytest.mark.django_db
@pytest.mark.parametrize(("headers", "sentence"), [(AUTOSAVE, SENTENCES["zh-hans"]), ({}, "没有任何更改。请稍候，返回后重试。")])
def test_who_waited_in_vain_for_the_turn_to_write_is_asked_to_come_again(
    client: Any, cast: Any, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], sentence: str
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise Busy

    monkeypatch.setattr("pilotage.web.messages.inbox.services.mark_all_read", refuse)
    client.force_login(cast.filer)
    answer = client.post("/messages/read/", headers=headers)

    assert (answer.status_code, answer["Retry-After"]) == (503, "20")
    assert sentence in answer.content.decode()
