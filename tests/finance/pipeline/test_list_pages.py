"""The pages of recommendations, of the lists an enterprise is on, of tier rounds and tiers: who opens them, and what they do."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from pilotage.core import clock
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline import batches, consents, rounds
from pilotage.finance.pipeline.batch_models import BatchLine
from pilotage.finance.pipeline.round_models import RoundLine
from pilotage.web.desk import overview
from tests.factories import finance
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.matching import liaison
from tests.finance.pipeline.test_lists import begun

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def line_of(batch: Any, firm: Any) -> BatchLine:
    return batch.lines.get(project__enterprise=firm)


@pytest.fixture
def scene(cast: Any) -> dict[str, Any]:
    """One list that waits, one that was sent; a round open to objections; one stay on a tier."""
    sent = make.signed(cast, make.composed(cast, cast.enterprise))
    third = enterprise("苏州演示三号有限公司")
    waiting = batches.compose(
        actor=cast.secretariat,
        receiver=sent.receiver,
        market="star",
        projects=[line_of(sent, cast.enterprise).project_id, make.project(cast.secretariat, third).pk],
        **make.WORDS,
    )
    batches.ask(actor=cast.secretariat, batch=waiting)
    found = begun(cast)
    rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示：满足标准一")
    rounds.open_notice(actor=cast.secretariat, found=found)
    return {"sent": sent, "waiting": waiting, "round": found, "line": line_of(waiting, cast.enterprise), "third": third}


def addresses(cast: Any, scene: dict[str, Any]) -> dict[str, str]:
    sent, waiting = scene["sent"].number, scene["waiting"].number
    return {
        **{name: reverse(f"pipeline:{name}") for name in ("batches", "batch-new", "lists", "rounds", "round-new", "tiers", "tier-new")},
        "sent": reverse("pipeline:batch", args=[sent]),
        **{kind: reverse("pipeline:paper", args=[sent, kind]) for kind in ("pdf", "xlsx", "json")},
        "waiting": reverse("pipeline:batch", args=[waiting]),
        "add": reverse("pipeline:batch-add", args=[waiting]),
        "line": reverse("pipeline:line", args=[scene["line"].pk]),
        "line-of-third": reverse("pipeline:line", args=[line_of(scene["waiting"], scene["third"]).pk]),
        "round": reverse("pipeline:round", args=[scene["round"].number]),
        "tier": reverse("pipeline:tier", args=[cast.enterprise.pk]),
    }


def test_everybody_opens_what_is_theirs_and_nothing_else(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    papers = {"pdf", "xlsx", "json"}
    reads = {"batches", "sent", "waiting", *papers, "rounds", "round", "tiers", "tier"}
    works = reads | {"batch-new", "add", "round-new", "tier-new"}
    own = {"lists", "line", "rounds", "round", "tier"}
    expected = {
        "filer": own,
        "legal_representative": own,
        "other_filer": {"lists", "rounds", "round"},
        "finance_liaison": {"batches", "sent", *papers, "rounds", "round"},
        "other_bank": {"batches", "rounds", "round"},
        "secretariat": works,
        "second_secretariat": works,
        "auditor": reads,
    }
    told = addresses(cast, scene)
    for name, person in {**cast.people(), "other_bank": liaison()}.items():
        client = client_for(person)
        answers = {page: client.get(address).status_code for page, address in told.items()}
        assert {page for page, status in answers.items() if status == 200} == expected.get(name, set()), name
        assert set(answers.values()) <= {200, 404}, name
    anonymous = client_for(None)
    assert {anonymous.get(address).status_code for address in told.values()} == {302}


def test_an_enterprise_sees_its_own_line_and_nobody_else(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    client = client_for(cast.filer)
    for page in ("lists", "line"):
        said = text_of(client.get(addresses(cast, scene)[page]))
        assert cast.enterprise.name_zh in said
        assert scene["waiting"].receiver.name in said
        assert scene["third"].name_zh not in said
    said = text_of(client.get(addresses(cast, scene)["line"]))
    assert make.WORDS["purpose"] in said
    # the filer reads why it is not for the filer to decide
    assert "法定代表人" in said
    assert reverse("pipeline:line-act", args=[scene["line"].pk, "consent"]) not in said


def test_the_tabs_count_what_waits(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    def counts(person: Any, page: str) -> list[tuple[str, int | None]]:
        tabs = client_for(person).get(reverse(page)).context["tabs"]
        return [(tab["url"].split("/")[-2], tab["count"]) for tab in tabs if tab["count"]]

    assert counts(cast.filer, "pipeline:lists") == [("lists", 1)]
    assert counts(cast.other_filer, "pipeline:lists") == []
    assert counts(cast.finance_liaison, "pipeline:batches") == [("batches", 1)]
    assert counts(cast.secretariat, "pipeline:batches") == []


def test_consent_refusal_and_withdrawal_on_the_page(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    line = scene["line"]
    address = reverse("pipeline:line", args=[line.pk])

    def act(who: Any, verb: str, **said: Any) -> int:
        return int(client_for(who).post(reverse("pipeline:line-act", args=[line.pk, verb]), said).status_code)

    assert act(cast.filer, "consent") == 403
    for person in (cast.secretariat, cast.finance_liaison, cast.other_filer, cast.outsider):
        assert act(person, "consent") == 404
    assert reverse("pipeline:line-act", args=[line.pk, "consent"]) in text_of(client_for(cast.legal_representative).get(address))
    assert act(cast.legal_representative, "consent") == 302
    assert act(cast.legal_representative, "consent") == 302  # says that it was done already
    assert act(cast.legal_representative, "nonsense") == 404
    line.refresh_from_db()
    assert line.state == "given"
    assert act(cast.legal_representative, "withdraw", reason="改投北交所") == 302
    line.refresh_from_db()
    assert (line.state, line.reason) == ("withdrawn", "改投北交所")
    batch_page = client_for(cast.secretariat).get(reverse("pipeline:batch", args=[scene["waiting"].number]) + "?show=off")
    assert "改投北交所" in text_of(batch_page)
    assert act(cast.legal_representative, "refuse") == 302
    line.refresh_from_db()
    assert line.state == "withdrawn"


def test_a_list_by_its_pages(cast: Any, client_for: Any) -> None:
    make.project(cast.secretariat, cast.enterprise)
    client, second = client_for(cast.secretariat), client_for(cast.second_secretariat)
    receiver = liaison("演示交易所").active_memberships[0].organisation
    values = {"receiver": receiver.pk, "market": "star", **make.WORDS}
    assert client.post(reverse("pipeline:batch-new"), {**values, "purpose": ""}).status_code == 422
    client.post(reverse("pipeline:batch-new"), values)
    batch = batches.RecommendationBatch.objects.get()
    page = reverse("pipeline:batch", args=[batch.number])

    def act(who: Any, verb: str, **said: Any) -> int:
        return int(who.post(reverse("pipeline:batch-act", args=[batch.number, verb]), said).status_code)

    assert "disabled" in text_of(client.get(page))
    assert act(client, "propose") == 302
    assert act(client, "ask") == 302
    consents.consent(actor=cast.legal_representative, line=line_of(batch, cast.enterprise))
    act(client, "propose")
    batch.refresh_from_db()
    assert batch.proposed_sha256 in text_of(second.get(page))
    assert act(client, "confirm") == 403
    assert act(second, "leave-out", ids=[1], reason="演示") == 403
    act(client, "withdraw")
    act(client, "leave-out", ids=[1], reason="材料不全")
    assert line_of(batch, cast.enterprise).state == "left_out"
    act(client, "put-back", ids=[1], reason="材料已补齐")
    act(client, "ask")
    consents.consent(actor=cast.legal_representative, line=line_of(batch, cast.enterprise))
    act(client, "propose")
    assert act(second, "confirm") == 302
    batch.refresh_from_db()
    said = text_of(client.get(page))
    assert all(digest in said for digest in (batch.pdf_sha256, batch.xlsx_sha256, batch.list_sha256))
    told = client.get(reverse("pipeline:paper", args=[batch.number, "json"]))
    assert hashlib.sha256(told.content).hexdigest() == batch.list_sha256
    assert act(client, "nonsense") == 404


def test_the_overview_of_the_secretariat_leads_to_what_waits(cast: Any, client_for: Any) -> None:
    batches.propose(actor=cast.secretariat, batch=make.agreed(cast))
    address = reverse("pipeline:batches")
    assert [row["url"] for row in overview(cast.second_secretariat)["proposals"]] == [address]
    assert "待第二人签发" in text_of(client_for(cast.second_secretariat).get(address))


def test_a_changed_list_is_said_to_be_changed(cast: Any, client_for: Any) -> None:
    batch = make.agreed(cast)
    batches.propose(actor=cast.secretariat, batch=batch)
    consents.withdraw(actor=cast.legal_representative, line=line_of(batch, cast.enterprise))
    address = reverse("pipeline:batch-act", args=[batch.number, "confirm"])
    said = text_of(client_for(cast.second_secretariat).post(address, follow=True))
    assert "名单自提请后已有变动" in said
    # and said before anybody presses
    page = text_of(client_for(cast.second_secretariat).get(reverse("pipeline:batch", args=[batch.number])))
    assert 'disabled aria-describedby="why-confirm"' in page
    assert "名单自提请后已有变动" in page


def test_candidates_are_shown_with_their_verdicts(cast: Any, client_for: Any) -> None:
    batch = make.composed(cast, cast.enterprise)
    one, two = make.project(cast.secretariat, cast.other_enterprise), make.project(cast.secretariat, enterprise("苏州演示三号有限公司"))
    make.screened({cast.enterprise: "m", cast.other_enterprise: "x"})
    client, address = client_for(cast.secretariat), reverse("pipeline:batch-add", args=[batch.number])
    said = text_of(client.get(address))
    assert all(
        words in said
        for words in (
            "不符合",
            "2023年11月20日",
            "尚未筛查",
            "需说明理由",
            reverse("financing:enterprise", args=[cast.other_enterprise.pk]),
        )
    )
    assert "符合" in text_of(client.get(reverse("pipeline:batch", args=[batch.number])))
    assert "苏州演示三号" not in text_of(client.get(address + "?q=岚桥"))

    refused = client.post(address, {"ids": [one.pk, two.pk], "ground": ""})
    assert refused.status_code == 422
    assert f'value="{one.pk}" aria-label="{cast.other_enterprise.name}" checked' in text_of(refused)
    assert client.post(address, {"ids": [], "ground": ""}).status_code == 422
    assert client.post(address, {"ids": [one.pk, two.pk], "ground": "复核中"}).status_code == 302
    assert "复核中" in text_of(client.get(reverse("pipeline:batch", args=[batch.number])))
    assert client_for(cast.auditor).post(address, {"ids": [one.pk]}).status_code == 404
    assert client_for(cast.outsider).post(address, {"ids": [one.pk]}).status_code == 404


def test_the_receiver_confirms_and_answers_on_the_page(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    sent, client = scene["sent"], client_for(cast.finance_liaison)
    page = reverse("pipeline:batch", args=[sent.number])

    def act(who: Any, verb: str, **said: Any) -> int:
        return int(client_for(who).post(reverse("pipeline:batch-act", args=[sent.number, verb]), said).status_code)

    receipt = {"on": "2023-11-20", "by": "申交", "number": "收〔2023〕17号"}
    assert act(cast.finance_liaison, "receive", **{**receipt, "on": ""}) == 302
    assert "收〔2023〕17号" not in text_of(client.get(page))
    act(cast.finance_liaison, "receive", **receipt)
    act(cast.finance_liaison, "answer", ids=[1], answer="later", text="规范后再议")
    said = text_of(client.get(page))
    assert "收〔2023〕17号" in said
    assert "规范后再议" in said
    # what is the secretariat's own stays there
    assert "提请：" not in said
    own = text_of(client_for(cast.filer).get(reverse("pipeline:line", args=[line_of(sent, cast.enterprise).pk])))
    assert "规范后再议" in own
    assert "收〔2023〕17号" in own
    for person, status in ((liaison(), 404), (cast.filer, 404), (cast.auditor, 403), (cast.outsider, 404)):
        assert act(person, "answer", ids=[1], answer="accepted") == status
        assert act(person, "receive", **receipt) == status


def test_a_receiver_gets_no_line_that_was_not_sent(cast: Any, client_for: Any) -> None:
    batch = make.asked(cast)
    batches.leave_out(actor=cast.secretariat, batch=batch, positions=[line_of(batch, cast.other_enterprise).position], reason="未回复")
    consents.consent(actor=cast.legal_representative, line=line_of(batch, cast.enterprise))
    batches.propose(actor=cast.secretariat, batch=batch)
    batches.confirm(actor=cast.second_secretariat, batch=batch)
    page = reverse("pipeline:batch", args=[batch.number])
    for asked in ("", "?show=off", "?show=waiting"):
        said = text_of(client_for(cast.finance_liaison).get(page + asked))
        assert cast.other_enterprise.name_zh not in said
        assert "未回复" not in said
    assert "未回复" in text_of(client_for(cast.secretariat).get(page + "?show=off"))
    own = text_of(client_for(cast.other_filer).get(reverse("pipeline:line", args=[line_of(batch, cast.other_enterprise).pk])))
    assert "没有送出本企业的任何信息" in own
    assert "未回复" in own
    assert client_for(cast.secretariat).get(reverse("pipeline:batch-add", args=[batch.number])).status_code == 404
    for kind in ("xlsx", "json", "pdf"):
        content = client_for(cast.finance_liaison).get(reverse("pipeline:paper", args=[batch.number, kind])).getvalue()
        assert cast.other_enterprise.name_zh.encode() not in content


def test_a_round_by_its_pages(cast: Any, client_for: Any) -> None:
    begun(cast)
    client = client_for(cast.secretariat)
    values = {"direction": "up", "day": "2023-11-01", "effective_on": "2023-12-11", "objection_days": 5}
    assert client.post(reverse("pipeline:round-new"), {**values, "effective_on": "2023-10-01"}).status_code == 422
    client.post(reverse("pipeline:round-new"), values)
    found = rounds.TierRound.objects.order_by("-id")[0]

    def act(person: Any, verb: str, **said: Any) -> int:
        return int(client_for(person).post(reverse("pipeline:round-act", args=[found.number, verb]), said).status_code)

    office = cast.secretariat
    assert act(office, "add", enterprise="查无此企业", ground="x") == 422
    assert act(office, "add", enterprise=cast.enterprise.name_zh, ground="演示") == 302
    assert act(office, "add", enterprise=cast.other_enterprise.name_zh, ground="演示") == 302
    one, two = found.lines.order_by("id")
    act(office, "remove", ids=[two.pk], reason="演示")
    act(office, "fill")
    assert act(cast.filer, "open") == 404
    act(office, "open")
    assert act(cast.outsider, "object", id=one.pk, who="演示", text="演示") == 404
    assert act(cast.filer, "object", id=one.pk, who="演示企业", text="数据有误") == 302
    assert act(cast.other_filer, "object", id=one.pk, who="演示", text="演示") == 403
    for_others = {"who": "某投资者", "text": "有疑问"}
    assert act(office, "object-for", enterprise=cast.other_enterprise.name_zh, **for_others) == 422
    assert act(office, "object-for", enterprise=cast.enterprise.name_zh, **for_others) == 302
    assert act(cast.filer, "object-for", enterprise=cast.enterprise.name_zh, **for_others) == 403
    page = reverse("pipeline:round", args=[found.number])
    assert "数据有误" in text_of(client_for(cast.filer).get(page))
    assert "数据有误" not in text_of(client_for(cast.other_filer).get(page))
    assert "贵公司" in text_of(client_for(cast.filer).get(page))
    assert "贵公司" not in text_of(client_for(cast.other_filer).get(page))
    objection = rounds.TierObjection.objects.get(text="数据有误")
    act(office, "dismiss", id=objection.pk, reason="与年报一致")
    act(office, "drop", reason="演示")
    found.refresh_from_db()
    assert found.state == "dropped"


def test_a_tier_by_its_pages(cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    values = {"enterprise": cast.enterprise.name_zh, "tier": "base", "from_on": "2023-06-01", "source": "股转公告〔2023〕演示1号"}
    for wrong in ({"source": ""}, {"from_on": ""}, {"from_on": "2024-06-01"}, {"enterprise": "查无此企业"}):
        assert client.post(reverse("pipeline:tier-new"), {**values, **wrong}).status_code == 422
    assert client.post(reverse("pipeline:tier-new"), values).status_code == 302
    assert client.post(reverse("pipeline:tier-new"), values).status_code == 422
    page = reverse("pipeline:tier", args=[cast.enterprise.pk])
    assert client.post(page, {**values, "tier": "innovation", "from_on": "2023-09-01"}).status_code == 302
    assert client.post(page, {"act": "leave", "leave-until_on": "2023-08-01", "leave-source": "x"}).status_code == 422
    assert client.post(page, {"act": "leave", "leave-until_on": "2023-11-01", "leave-source": "终止挂牌公告"}).status_code == 302
    said = text_of(client_for(cast.filer).get(page))
    for words in ("2023年6月1日", "2023年8月31日", "2023年11月1日", "股转公告〔2023〕演示1号"):
        assert words in said
    for person, status in ((cast.filer, 404), (cast.auditor, 404), (cast.outsider, 404), (cast.finance_liaison, 404)):
        assert client_for(person).post(page, values).status_code == status
    assert TierStay.objects.count() == 2


# --- how much a page costs -------------------------------------------------------------------
MOST = {"batches": 8, "waiting": 22, "add": 20, "lists": 6, "line": 8, "rounds": 8, "round": 14, "tiers": 8, "tier": 8}


@pytest.mark.parametrize("count", [0, 3, 400])
def test_pages_cost_the_same_whatever_they_show(cast: Any, client_for: Any, count: int, django_assert_max_num_queries: Any) -> None:
    """No row, a few, and more than one page of them; with a stored screening of all."""
    firms = [enterprise(f"苏州演示{number}号有限公司") for number in range(count)]
    batch = make.composed(cast, cast.enterprise)
    make.projects_of(cast.secretariat, firms)
    if count:
        half = batches.candidates("star").exclude(enterprise=cast.enterprise).values_list("pk", flat=True)[: count - count // 2]
        batches.add(actor=cast.secretariat, batch=batch, projects=half)
    batches.ask(actor=cast.secretariat, batch=batch)
    make.screened({firm: "mxua"[firm.pk % 4] for firm in [*firms, cast.enterprise]})
    found = begun(cast)
    RoundLine.objects.bulk_create([RoundLine(round=found, enterprise=firm, ground="演示") for firm in [*firms, cast.enterprise]])
    rounds.open_notice(actor=cast.secretariat, found=found)
    for firm in firms:
        finance.tier_stay(firm, date(2023, 5, 1), tier="base")
    told = {
        "batches": (cast.secretariat, reverse("pipeline:batches")),
        "waiting": (cast.secretariat, reverse("pipeline:batch", args=[batch.number])),
        "add": (cast.secretariat, reverse("pipeline:batch-add", args=[batch.number])),
        "lists": (cast.filer, reverse("pipeline:lists")),
        "line": (cast.filer, reverse("pipeline:line", args=[line_of(batch, cast.enterprise).pk])),
        "rounds": (cast.filer, reverse("pipeline:rounds")),
        "round": (cast.filer, reverse("pipeline:round", args=[found.number])),
        "tiers": (cast.secretariat, reverse("pipeline:tiers")),
        "tier": (cast.filer, reverse("pipeline:tier", args=[cast.enterprise.pk])),
    }
    for name, (person, address) in told.items():
        client = client_for(person)
        client.get(address)
        with django_assert_max_num_queries(MOST[name]):
            assert client.get(address).status_code == 200, name
