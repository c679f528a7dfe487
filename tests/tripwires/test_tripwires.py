"""Every tripwire bites on the fault it is there for, and lets its neighbour pass."""

from __future__ import annotations

import random
import socket
import warnings
from datetime import datetime

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path

from pilotage.accounts.models import User
from tests.tripwires.csrf import MissingToken, forms_without_token
from tests.tripwires.get_writes import WriteDuringGet
from tests.tripwires.network import NetworkUse
from tests.tripwires.ordering import UnorderedSlice
from tests.tripwires.templates import UnknownVariable


def public(view):
    view.login_required = False
    return view


@public
def writes(request):
    User.objects.filter(pk=1).update(name="changed by reading")
    return HttpResponse("")


@public
def bare_form(request):
    return HttpResponse('<form method="post" action="/pay/"><input name="amount"></form>')


@public
def foreign_form(request):
    return HttpResponse('<form method="post" action="https://example.org/x"></form><form method="get"></form>')


urlpatterns = [path("writes/", writes), path("bare/", bare_form), path("foreign/", foreign_form)]


def test_an_unknown_variable_fails():
    with pytest.raises(UnknownVariable, match="the context has no nobody"):
        Template("{{ nobody }}").render(Context())
    with pytest.raises(UnknownVariable, match=r"user\.nickname"):
        Template("{{ user.nickname }}").render(Context({"user": User(name="x")}))
    assert Template("{% if nobody %}a{% else %}b{% endif %}{{ empty }}").render(Context({"empty": ""})) == "b"


def test_a_lookup_that_ends_in_a_missing_row_fails():
    class Missing(Exception):
        silent_variable_failure = True

    class Row:
        @property
        def other(self):
            raise Missing

    with pytest.raises(UnknownVariable, match=r"row\.other"):
        Template("{{ row.other }}").render(Context({"row": Row()}))


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_write_while_reading_fails():
    with pytest.raises(WriteDuringGet, match='UPDATE "accounts_user"'):
        Client().get("/writes/")


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_write_while_posting_passes():
    assert Client().post("/writes/").status_code == 200


@pytest.mark.django_db
def test_an_unordered_slice_fails():
    with pytest.raises(UnorderedSlice, match="User rows"):
        list(User.objects.order_by()[:3])
    with pytest.raises(UnorderedSlice, match="User rows"):
        list(User.objects.order_by()[:3].values_list("name"))
    assert User.objects.order_by()[:3].count() == 0
    assert list(User.objects.order_by("id")[:3]) == []
    assert User.objects.order_by().first() is None


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_form_without_a_token_fails():
    with pytest.raises(MissingToken, match="/bare/: a POST form without a CSRF token, action /pay/"):
        Client().get("/bare/")
    assert Client().get("/foreign/").status_code == 200
    assert forms_without_token('<form method="POST"><input name="csrfmiddlewaretoken" value="x"></form>') == []


@pytest.mark.django_db
def test_a_naive_datetime_fails():
    with pytest.raises(RuntimeWarning, match="received a naive datetime"):
        User.objects.create_user("a@example.org", name="a", date_joined=datetime(2023, 1, 1))  # noqa: DTZ001


def test_a_warning_fails():
    with pytest.raises(UserWarning, match="careless"):
        warnings.warn("careless", stacklevel=1)


def test_the_network_is_out_of_reach():
    with pytest.raises(NetworkUse, match=r"example\.org"):
        socket.create_connection(("example.org", 80), timeout=1)
    with socket.socket() as plain, pytest.raises(NetworkUse, match=r"192\.0\.2\.1"):
        plain.connect(("192.0.2.1", 80))
    with socket.socket() as server, socket.socket() as caller:
        server.bind(("127.0.0.1", 0))
        server.listen()
        caller.connect(server.getsockname())


def test_chance_is_the_same_every_time():
    assert random.random() == random.Random(20231031).random()
