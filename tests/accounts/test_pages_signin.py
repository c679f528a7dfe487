"""Signing in: plain, in both languages, with limits; the security pages under the strict policy."""

import pytest
from allauth.account.models import EmailAddress

from tests.factories.accounts import UserFactory
from tests.web.pages import offences

LOGIN = "/accounts/login/"
PASSWORD = "Segel-und-Anker-2023"


def body(response):
    return response.content.decode()


@pytest.fixture
def person(db):
    user = UserFactory(name="陆闻舟", email="lu@example.org")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.mark.parametrize(
    ("language", "title", "sentence"),
    [("zh-hans", "登录", "账号由所在单位或秘书处邀请开通。"), ("en", "Sign in", "Accounts are given by invitation")],
)
def test_the_sign_in_page_says_how_to_get_an_account(client, person, language, title, sentence):
    client.cookies["django_language"] = language
    response = client.get(LOGIN)
    assert f"<h1>{title}</h1>" in body(response)
    assert sentence in body(response)
    assert offences(response) == []


def test_signing_in_leads_to_the_desk_and_out_to_the_first_page(client, person):
    assert client.post(LOGIN, {"login": person.email, "password": PASSWORD})["Location"] == "/desk/"
    assert client.session.get_expiry_age() <= 60 * 60 * 12
    assert client.post("/accounts/logout/")["Location"] == "/"


def test_a_wrong_password_does_not_tell_who_has_an_account(client, person):
    sentences = []
    for address in (person.email, "nobody@example.org"):
        html = body(client.post(LOGIN, {"login": address, "password": "wrong"}))
        sentences.append(html[html.index("error-summary") :].split("</ul>")[0])
    assert sentences[0] == sentences[1]


def test_after_five_failures_even_the_right_password_waits(client, person):
    for _ in range(5):
        client.post(LOGIN, {"login": person.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "error-summary" in body(response)


def test_nobody_signs_up_alone(client, person):
    response = client.get("/accounts/signup/")
    assert "<h1>账号须由邀请开通</h1>" in body(response)
    assert "<form method" not in body(response).split("<main")[1]


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/login/", "/accounts/signup/"])
def test_entrance_pages_keep_the_policy(client, person, path):
    assert offences(client.get(path)) == []


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/reauthenticate/",
    ],
)
def test_security_pages_keep_the_policy_and_need_a_reader(client, person, path):
    assert client.get(path)["Location"].startswith(LOGIN)
    client.post(LOGIN, {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.get(path)
    assert response.status_code == 200
    assert offences(response) == []
    assert body(response).count("<h1>") == 1
