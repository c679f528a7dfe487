"""Public pages kept for readers who are not signed in: the same page, cheap, and never one that is out of date."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from pilotage.publications.site import change_number, services
from pilotage.publications.site.enums import PageKind
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.services import Text
from pilotage.web import public_cache
from pilotage.web.public_cache import PublicCacheMiddleware, is_shared, may_keep, store

pytestmark = pytest.mark.kept_pages


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    store.forget()
    change_number.forget()
    yield
    store.forget()


def page(cast: Any, slug: str = "about", title: str = "关于本站") -> SitePage:
    text = Text(title_zh=title, title_en="About", body_zh="正文" * 300, body_en="Text " * 200)
    made = services.create(actor=cast.secretariat, kind=PageKind.PAGE, slug=slug, text=text)
    return services.publish(actor=cast.secretariat, page=made)


def address(slug: str = "about") -> str:
    return reverse("site:page", args=[slug])


def test_the_second_reader_costs_one_query(cast: Any, client_for: Any, django_assert_num_queries: Any, at: Any) -> None:
    at("2023-12-01 10:00")
    page(cast)
    first = client_for(None).get(address())
    with django_assert_num_queries(1):
        second = client_for(None).get(address())
    assert second.content == first.content
    assert (second["Cache-Control"], second["ETag"] == first["ETag"]) == ("public, no-cache", True)
    assert {each.strip() for each in second["Vary"].split(",")} == {"Accept-Language", "Accept-Encoding", "Cookie"}
    assert "default-src 'self'" in second["Content-Security-Policy"]


def test_who_has_it_already_gets_nothing_again(cast: Any, client_for: Any) -> None:
    page(cast)
    tag = client_for(None).get(address())["ETag"]
    again = client_for(None).get(address(), HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_what_is_withdrawn_is_gone_at_once(cast: Any, client_for: Any, at: Any) -> None:
    at("2023-12-01 10:00")
    made = page(cast)
    tag = client_for(None).get(address())["ETag"]
    services.withdraw(actor=cast.secretariat, page=made, reason="有误")
    assert client_for(None).get(address(), HTTP_IF_NONE_MATCH=tag).status_code == 404
    assert client_for(None).get(reverse("site:search"), {"q": "关于本站"}).content.decode().count("row-title") == 0


def test_what_is_changed_is_read_at_once(cast: Any, client_for: Any, at: Any) -> None:
    at("2023-12-01 10:00")
    made = page(cast)
    assert "<h1>关于本站</h1>" in client_for(None).get(address()).content.decode()
    services.edit(actor=cast.secretariat, page=made, text=Text(title_zh="新的标题", body_zh="文"), base_version=made.version)
    assert "<h1>新的标题</h1>" in client_for(None).get(address()).content.decode()


def test_each_language_has_its_own(cast: Any, client_for: Any) -> None:
    page(cast)
    assert "<h1>关于本站</h1>" in client_for(None).get(address()).content.decode()
    english = client_for(None).get(address(), HTTP_ACCEPT_LANGUAGE="en")
    assert ("<h1>About</h1>" in english.content.decode(), english["Content-Language"]) == (True, "en")
    assert "<h1>关于本站</h1>" in client_for(None).get(address()).content.decode()
    client = client_for(None)
    client.post(reverse("set_language"), {"language": "en", "next": address()})
    assert "<h1>About</h1>" in client.get(address()).content.decode()


def test_who_is_signed_in_neither_gets_nor_leaves_a_kept_page(cast: Any, client_for: Any) -> None:
    page(cast)
    own = client_for(cast.secretariat).get(address())
    assert ("public" in own.get("Cache-Control", ""), store.kept) == (False, {})
    client_for(None).get(address())
    own = client_for(cast.secretariat).get(address()).content.decode()
    assert (reverse("desk") in own, len(store.kept)) == (True, 1)
    assert reverse("desk") not in client_for(None).get(address()).content.decode()


def test_a_kept_page_is_sent_zipped_to_those_who_can(cast: Any, client_for: Any) -> None:
    page(cast)
    plain = client_for(None).get(address())
    zipped = client_for(None).get(address(), HTTP_ACCEPT_ENCODING="br, gzip")
    assert (zipped["Content-Encoding"], gzip.decompress(zipped.content) == plain.content) == ("gzip", True)
    assert "Content-Encoding" not in plain


def test_a_page_is_made_anew_with_the_minute(cast: Any, client_for: Any, at: Any, django_assert_max_num_queries: Any) -> None:
    at("2023-12-01 10:00")
    page(cast)
    client_for(None).get(address())
    minutes = {kept.minute for kept in store.kept.values()}
    at("2023-12-01 10:01")
    client_for(None).get(address())
    assert {kept.minute for kept in store.kept.values()} == {minute + 1 for minute in minutes}


@pytest.mark.parametrize(
    ("path", "headers", "shared"),
    [
        ("/", {}, True),
        ("/directory/?q=x", {}, True),
        ("/desk/", {}, False),
        ("/accounts/login/", {}, False),
        ("/notices/N1/object/", {}, False),
        ("/notices/N1/object/abc/", {}, False),
        ("/news/", {"HTTP_AUTHORIZATION": "Bearer x"}, False),
        ("/news/", {"HTTP_COOKIE": "sessionid=abc"}, False),
        ("/news/", {"HTTP_COOKIE": "messages=abc"}, False),
        ("/news/", {"HTTP_COOKIE": "django_language=en; csrftoken=a"}, True),
        ("/news/", {"HTTP_HX_REQUEST": "true"}, False),
    ],
)
def test_what_is_shared(path: str, headers: dict[str, str], shared: bool) -> None:
    assert is_shared(RequestFactory().get(path, **headers)) is shared
    assert is_shared(RequestFactory().post(path, **headers)) is False


def test_what_is_not_kept() -> None:
    request = RequestFactory().get("/news/")
    cookie = HttpResponse("x")
    cookie.set_cookie("a", "b")
    unfit = [
        cookie,
        HttpResponse("x", status=404),
        HttpResponse("x", headers={"Cache-Control": "no-store"}),
        HttpResponse(b"x" * 2_000_001),
    ]
    assert [may_keep(request, each) for each in unfit] == [False] * 4
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    assert may_keep(request, HttpResponse("x")) is False


def test_inner_work_leaves_kept_pages_alone(cast: Any) -> None:
    from pilotage.audit.services import record

    page(cast)
    before = change_number.public_number()
    from django.db import transaction

    with transaction.atomic():
        record(cast.secretariat, "user.create", actor=None)
    assert (change_number.public_number(), change_number.head()) == (before, before + 1)


def test_the_oldest_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(public_cache, "MOST", 2500)
    middleware = PublicCacheMiddleware(lambda request: HttpResponse(b"x" * 400))
    for number in range(10):
        middleware(RequestFactory().get(f"/news/?n={number}"))
    assert (len(store.kept), store.size) == (6, 2400)
    assert [key[3] for key in store.kept] == [f"/news/?n={number}" for number in range(4, 10)]
    assert store.making == {}


def test_a_page_that_fails_keeps_nobody_waiting(db: None) -> None:
    def fails(request: Any) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        PublicCacheMiddleware(fails)(RequestFactory().get("/news/"))
    assert store.making == {}
