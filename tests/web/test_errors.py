import re

import pytest
from django.test import Client

from tests.web.pages import offences

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.broken_urls")]
HTMX = {"HX-Request": "true"}


def body(response):
    return response.content.decode()


def test_a_refusal_shows_the_rules_own_sentence(client):
    response = client.get("/refuses/")
    assert response.status_code == 403
    assert "<h1>不能办理</h1>" in body(response)
    assert "<p>只有省级部门可以推荐。</p>" in body(response)
    assert offences(response) == []


def test_a_refusal_of_a_fragment_is_a_note_for_the_live_region(client):
    response = client.get("/refuses/", headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (403, "#page-notes")
    assert body(response).startswith('<div class="note note-bad">')
    assert "只有省级部门可以推荐。" in body(response)
    assert "<html" not in body(response)


def test_other_denials_keep_their_inner_words(client):
    response = client.get("/denies/")
    assert response.status_code == 403
    assert "当前角色无权查看此页面或办理此事项。" in body(response)
    assert "internal words" not in body(response)


def test_a_lost_race_is_409_with_its_sentence(client):
    response = client.get("/conflicts/")
    assert response.status_code == 409
    assert "<p>他人已先办理，请刷新。</p>" in body(response)
    fragment = client.get("/conflicts/", headers=HTMX)
    assert (fragment.status_code, "note-warn" in body(fragment)) == (409, True)


def test_an_unreadable_request_is_400_without_inner_words(client):
    response = client.get("/odd/")
    assert response.status_code == 400
    assert "<h1>请求无法识别</h1>" in body(response)
    assert "internal words" not in body(response)


def test_a_fault_gives_a_reference_that_is_in_the_log(client, caplog):
    client.raise_request_exception = False
    response = client.get("/breaks/")
    assert response.status_code == 500
    assert "secret detail" not in body(response)
    reference = re.search(r'<b class="mono">([0-9A-F]{8})</b>', body(response)).group(1)
    assert [record.getMessage() for record in caplog.records if record.name == "pilotage.web"] == [f"reference {reference} at /breaks/"]
    assert offences(response) == []


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "没有这个页面"), ("en", "Page not found")])
def test_a_missing_page_says_so_in_the_readers_language(client, language, title):
    client.cookies["django_language"] = language
    response = client.get("/no-such-page/", follow=True)
    assert response.status_code == 404
    assert f"<h1>{title}</h1>" in body(response)
    assert offences(response) == []


def test_an_expired_form_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert "<h1>表单已失效</h1>" in body(response)
