"""Sign-in limits count for all web processes together."""

import pytest
from django.core.cache import caches
from django.test import Client

LOGIN = "/accounts/login/"


def try_to_sign_in(email: str, address: str = "203.0.113.7") -> int:
    """As another web process would answer: with a cache object of its own."""
    del caches["default"]
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": email, "password": "wrong"}).status_code


def too_many(email: str, address: str = "203.0.113.7") -> bool:
    response = Client(REMOTE_ADDR=address).post(LOGIN, {"login": email, "password": "wrong"})
    return "登录失败次数过多" in response.content.decode()


def test_wrong_passwords_are_counted_over_processes(cast):
    email = cast.filer.email
    assert [try_to_sign_in(email) for _ in range(5)] == [200] * 5

    assert too_many(email)
    assert not too_many(cast.auditor.email)


@pytest.mark.parametrize("path", [LOGIN, "/accounts/password/reset/"])
def test_showing_a_form_neither_reads_nor_writes_the_counts(client, cast, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(5) as asked:
        assert client.get(path).status_code == 200
    assert [query["sql"] for query in asked.captured_queries if "pilotage_cache" in query["sql"]] == []
