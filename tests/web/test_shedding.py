"""When too many requests are in flight, saves in passing are asked to come again; nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from pilotage.web.calls.shedding import ShedAutosaves

AUTOSAVE = {"Pilotage-Autosave": "1"}
SENTENCES = {
    "zh-hans": "当前保存人数较多：已保存在本机，稍后自动上传",
    "en": "Very many people are saving just now: kept on this device, sent by itself in a moment.",
}


def nested(inner: HttpRequest, depth: int) -> HttpResponse:
    """What ``inner`` is answered while ``depth`` other requests are in flight."""
    answers: list[HttpResponse] = []

    def view(request: HttpRequest) -> HttpResponse:
        left = int(request.GET.get("left", "-1"))
        if left > 0:
            shedding(RequestFactory().get(f"/?left={left - 1}"))
        elif left == 0:
            answers.append(shedding(inner))
        return HttpResponse("served")

    shedding = ShedAutosaves(view)
    if depth == 0:
        return shedding(inner)
    shedding(RequestFactory().get(f"/?left={depth - 1}"))
    assert shedding.in_flight == 0
    return answers[0]


def post(path: str = "/my/5GF-2023-0001/", **headers: Any) -> HttpRequest:
    return RequestFactory().post(path, {"do": "autosave"}, headers=headers)


@pytest.mark.parametrize(("others", "status"), [(0, 200), (2, 200), (3, 503)])
def test_an_autosave_is_shed_only_above_the_limit(settings: Any, others: int, status: int) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 3

    assert nested(post(**AUTOSAVE), others).status_code == status


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_answer_says_when_to_come_again_and_that_nothing_is_lost(settings: Any, language: str) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 1

    answer = nested(post(**AUTOSAVE, **{"Accept-Language": language}), 1)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "20", "no-store")
    assert answer.content.decode() == SENTENCES[language]
    assert answer["Content-Length"] == str(len(answer.content))  # a kept connection stays kept


@pytest.mark.parametrize("path", ["/my/5GF-2023-0001/submit/", "/my/5GF-2023-0001/", "/health/"])
def test_nothing_but_an_autosave_is_ever_shed(settings: Any, path: str) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 1

    assert nested(post(path), 7).content == b"served"


def test_nothing_is_shed_when_it_is_switched_off(settings: Any) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 0

    assert nested(post(**AUTOSAVE), 9).status_code == 200


def test_a_view_that_breaks_is_no_longer_in_flight() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    shedding = ShedAutosaves(view)
    with pytest.raises(RuntimeError):
        shedding(post())

    assert shedding.in_flight == 0


@pytest.mark.django_db
def test_it_stands_before_session_and_database(
    client: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    settings.AUTOSAVES_SHED_ABOVE = 1
    client.get("/calls/")  # builds the chain of middleware
    chain: Any = client.handler._middleware_chain
    while not isinstance(chain, ShedAutosaves):
        chain = getattr(chain, "__wrapped__", chain)
        chain = chain if isinstance(chain, ShedAutosaves) else chain.get_response
    monkeypatch.setattr(chain, "in_flight", 1)

    with django_assert_num_queries(0):
        answer = client.post("/my/5GF-2023-0001/", {"do": "autosave"}, headers=AUTOSAVE)

    assert (answer.status_code, answer["Retry-After"]) == (503, "20")
    assert "default-src 'self'" in answer["Content-Security-Policy"]
