"""One-time codes by e-mail: they prove a mailbox, once, and never more often than the limits let."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing

from pilotage.accounts import codes
from pilotage.accounts.models import EmailCode
from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.core import clock
from pilotage.core.verdict import Invalid

pytestmark = pytest.mark.django_db
NOON = datetime(2023, 11, 14, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
WHO = {"email": "Lin@Example.org", "purpose": "test:one"}


@pytest.fixture(autouse=True)
def _purpose(monkeypatch):
    monkeypatch.setitem(codes.PURPOSES, "test", "测试")


def sent(at=NOON, **values) -> str:
    with clock.at(at):
        codes.send_code(**(WHO | values))
    return re.search(r"\d{6}", mail.outbox[-1].body)[0]


def check(code: str, at=NOON, **values) -> bool:
    with clock.at(at):
        return codes.check_code(**(WHO | values), code=code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_proves_its_address_once():
    code = sent()

    assert [message.to for message in mail.outbox] == [["lin@example.org"]]
    assert check(f" {code[:3]} {code[3:]} ", email="lin@example.org ")
    assert not check(code)


def test_a_code_is_for_its_address_and_purpose_only():
    code = sent()

    assert not check(code, email="other@example.org")
    assert not check(code, purpose="test:two")
    assert not check(code, email="no address")
    assert check(code)


def test_a_code_runs_out():
    code = sent()

    assert not check(code, at=NOON + timedelta(minutes=codes.MINUTES))


def test_five_wrong_guesses_end_a_code():
    code = sent()

    assert [check(wrong(code)) for _ in range(codes.GUESSES)] == [False] * codes.GUESSES
    assert not check(code)
    assert [event.verb for event in AuditEvent.objects.order_by("number")] == ["code.send", "code.exhaust"]


def test_a_newer_code_ends_the_older():
    first = sent()
    second = sent(at=NOON + codes.WAIT)

    assert not (first != second and check(first, at=NOON + codes.WAIT))
    assert check(second, at=NOON + codes.WAIT)


def test_the_language_is_the_one_asked_for():
    sent(language="en")
    sent(language="zh-hans", email="b@example.org")

    assert [message.subject for message in mail.outbox] == ["Your code for 测试", "用于测试的验证码"]


def test_neither_code_nor_address_is_kept_or_recorded():
    code = sent()
    check(code)
    texts = [str(EmailCode.objects.values().get()), *AuditSnapshot.objects.values_list("body", flat=True)]
    texts += [str(values) for values in AuditEvent.objects.values("reason", "object_label", "actor_label")]

    assert [text for text in texts if code in text.replace(str(NOON), "") or "example.org" in text.lower()] == []
    assert audit.verify() == []


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a@example.org, b@example.org", "a@example.org\nbcc: b@example.org"])
def test_what_is_no_address_gets_nothing(email):
    with pytest.raises(Invalid) as refusal:
        codes.send_code(email=email, purpose="test")

    assert list(refusal.value.errors) == ["email"]
    assert mail.outbox == []


def test_an_unknown_purpose_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        codes.send_code(email="a@example.org", purpose="unheard-of")


def test_one_address_gets_a_code_a_minute_and_five_an_hour():
    sent()
    with pytest.raises(codes.TooManyCodes) as refusal:
        sent(at=NOON + codes.WAIT / 2)
    assert refusal.value.again_at == NOON + codes.WAIT

    for number in range(1, codes.PER_EMAIL):
        sent(at=NOON + codes.WAIT * number, purpose=f"test:{number}")
    with pytest.raises(codes.TooManyCodes) as refusal:
        sent(at=NOON + codes.WAIT * codes.PER_EMAIL)

    assert refusal.value.again_at == NOON + timedelta(hours=1)
    assert (len(mail.outbox), EmailCode.objects.count()) == (codes.PER_EMAIL, codes.PER_EMAIL)
    sent(at=refusal.value.again_at)


def test_one_network_address_asks_for_so_many_an_hour():
    for number in range(3):
        sent(email=f"person{number}@example.org", origin="203.0.113.9", per_origin=3)

    with pytest.raises(codes.TooManyCodes):
        sent(email="person3@example.org", origin="203.0.113.9", per_origin=3)
    sent(email="person3@example.org", origin="203.0.113.10", per_origin=3)
    sent(email="person4@example.org", per_origin=3)


def test_old_codes_are_thrown_away():
    sent()
    sent(at=NOON + timedelta(days=2), email="b@example.org")

    assert EmailCode.objects.count() == 1


def test_a_proof_holds_for_its_purpose_and_its_time(monkeypatch):
    token = codes.proof(email="Lin@example.org", purpose="test:one")

    assert codes.proven(token, purpose="test:one") == "lin@example.org"
    assert codes.proven(token, purpose="test:two") == ""
    assert codes.proven(token[:-1], purpose="test:one") == ""
    assert codes.proven(signing.dumps("other"), purpose="test:one") == ""
    monkeypatch.setattr(codes, "PROOF_MINUTES", -1)
    assert codes.proven(token, purpose="test:one") == ""
