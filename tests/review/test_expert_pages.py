import re
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from pilotage.calls.models import Attachment
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, Score
from tests.factories import review as make

pytestmark = pytest.mark.django_db
SECRETS = ("砚舟", "周联系", "13800001234", "科技路", "苏州市", "江苏省", "虎丘")


@pytest.fixture
def mine(call, cast, me):
    app = make.application(call, enterprise=cast.enterprise)
    Attachment.objects.create(
        application=app,
        field="evidence_network",
        file=ContentFile(b"%PDF-1.4 contract", name="x.pdf"),
        name="苏州砚舟5G合同.pdf",
        content_type="application/pdf",
        size=17,
        sha256="ab" * 32,
        uploaded_by=cast.filer,
        uploaded_at=make.LONG_AGO,
    )
    return make.seat(app, me, cast.secretariat)


def url(assignment):
    return reverse("review:score", args=[assignment.pk])


def full(value="7", **changes):
    data = {f"value-{key}": value for key in make.CRITERIA} | {f"comment-{key}": "" for key in make.CRITERIA}
    shown = {f"was-value-{key}": "" for key in make.CRITERIA} | {f"was-comment-{key}": "" for key in make.CRITERIA}
    return data | shown | changes


def test_queue_lists_own_projects_only(mine, call, cast, client_for):
    other = make.application(call, "A-0002", "370000")
    make.seat(other, make.expert("E9"), cast.secretariat)
    html = client_for(cast.expert).get(reverse("review:queue")).content.decode()
    assert "精密减速机5G工厂A-0001" in html
    assert "A-0002" not in html
    assert [secret for secret in SECRETS if secret in html] == []


@pytest.mark.parametrize("who", ["outsider", "filer", "secretariat", "auditor", "province_officer", "finance_liaison"])
def test_queue_is_for_experts(mine, cast, client_for, who):
    response = client_for(getattr(cast, who)).get(reverse("review:queue"))
    assert (response.status_code, "精密减速机" in response.content.decode()) == (403, False)


@pytest.mark.parametrize("who", ["outsider", "filer", "secretariat", "auditor", "province_officer", "other_filer"])
def test_a_seat_exists_only_for_its_expert(mine, cast, client_for, who):
    client = client_for(getattr(cast, who))
    assert client.get(url(mine)).status_code == 404
    assert client.post(url(mine), full("10")).status_code == 404
    assert Score.objects.count() == 0


def test_another_expert_and_nobody_see_nothing(mine, client_for):
    other = make.expert("E9")
    assert client_for(other.user).get(url(mine)).status_code == 404
    assert client_for(None).get(url(mine)).status_code == 302


def test_blind_holds_on_every_page_of_the_expert(mine, cast, client_for):
    for language in ("zh-hans", "en"):
        client = client_for(cast.expert, headers={"accept-language": language})
        html = client.get(url(mine)).content.decode()
        main = html[html.index("<main") :]
        assert "14" in main
        assert "1200" in main or "1,200" in main
        assert [secret for secret in SECRETS if secret in main] == []


def test_blind_call_keeps_files_back(mine, cast, client_for):
    attachment = Attachment.objects.get()
    address = reverse("review:attachment", args=[mine.pk, attachment.pk])
    assert client_for(cast.expert).get(address).status_code == 404
    assert address not in client_for(cast.expert).get(url(mine)).content.decode()


def test_open_call_shows_name_and_files(cast, at, client_for, me):
    at(make.IN_REVIEW)
    call = make.review_call("open-call", blind=False)
    seat = make.seat(make.application(call, enterprise=cast.enterprise), me, cast.secretariat)
    html = client_for(cast.expert).get(url(seat)).content.decode()
    assert "苏州砚舟精密传动有限公司" in html


def test_an_infected_file_goes_to_no_expert(cast, at, client_for, me):
    at(make.IN_REVIEW)
    seat = make.seat(make.application(make.review_call("open-call", blind=False), enterprise=cast.enterprise), me, cast.secretariat)
    file = Attachment.objects.create(
        application=seat.application,
        field="evidence_network",
        file=ContentFile(b"%PDF-1.7", "x"),
        name="合同.pdf",
        content_type="application/pdf",
        size=8,
        sha256="cd" * 32,
        uploaded_by=cast.filer,
        uploaded_at=make.LONG_AGO,
    )
    client, address = client_for(cast.expert), reverse("review:attachment", args=[seat.pk, file.pk])
    assert b"".join(client.get(address).streaming_content) == b"%PDF-1.7"
    Attachment.objects.update(scan="infected")
    assert client.get(address).status_code == 403


def test_only_the_title_before_the_declaration(call, cast, me, client_for):
    seat = make.seat(make.application(call, enterprise=cast.enterprise), me, cast.secretariat, AssignmentState.ASSIGNED)
    client = client_for(cast.expert)
    html = client.get(url(seat)).content.decode()
    assert "精密减速机5G工厂" in html
    assert "虚拟专网" not in html
    assert 'name="value-network"' not in html
    assert client.post(url(seat), {"act": "start"}).status_code == 302
    assert 'name="value-network"' in client.get(url(seat)).content.decode()


def test_a_declared_conflict_recuses_with_its_reason(call, cast, me, client_for):
    seat = make.seat(make.application(call), me, cast.secretariat, AssignmentState.ASSIGNED)
    client = client_for(cast.expert)
    assert client.post(url(seat), {"act": "recuse", "reason": " "}).status_code == 422
    seat.refresh_from_db()
    assert seat.state == AssignmentState.ASSIGNED
    client.post(url(seat), {"act": "recuse", "reason": "三年内提供过咨询"})
    seat.refresh_from_db()
    assert seat.state == AssignmentState.RECUSED
    assert "虚拟专网" not in client.get(url(seat)).content.decode()


def test_plain_post_saves_without_script(mine, cast, client_for):
    client = client_for(cast.expert)
    response = client.post(url(mine), full("7", act="save", **{"comment-network": "属实"}))
    assert response.status_code == 302
    assert Score.objects.get(criterion="network").comment == "属实"
    html = client.get(url(mine)).content.decode()
    assert re.findall(r'name="value-(\w+)" value="7" checked', html) == list(make.CRITERIA)
    assert "70.0" in html


def test_autosave_answers_with_total_and_what_is_stored(mine, cast, client_for):
    client = client_for(cast.expert)
    data = {"value-network": "6", "comment-network": "白班超限", "was-value-network": "", "was-comment-network": ""}
    response = client.post(url(mine), data, headers={"hx-request": "true"})
    html = response.content.decode()
    assert "60.0" in html
    assert 'name="was-value-network" value="6"' in html
    assert 'name="was-comment-network" value="白班超限"' in html
    assert "was-site" not in html
    assert "<html" not in html


def test_concurrent_autosaves_of_two_tabs(mine, cast, client_for):
    one, two = client_for(cast.expert), client_for(cast.expert)
    shown = {"was-value-network": "", "was-comment-network": ""}
    one.post(url(mine), {"value-network": "6", "comment-network": "", **shown}, headers={"hx-request": "true"})
    two.post(
        url(mine), {"value-site": "8", "comment-site": "", "was-value-site": "", "was-comment-site": ""}, headers={"hx-request": "true"}
    )
    clash = two.post(url(mine), {"value-network": "9", "comment-network": "", **shown}, headers={"hx-request": "true"})
    assert dict(Score.objects.values_list("criterion", "value")) == {"network": Decimal(6), "site": Decimal(8)}
    assert "6" in clash.content.decode()
    assert "9" in clash.content.decode()
    # the answer carries what is stored now, so choosing 9 once more is a decision and not an accident
    again = {"value-network": "9", "comment-network": "", "was-value-network": "6", "was-comment-network": ""}
    two.post(url(mine), again, headers={"hx-request": "true"})
    assert Score.objects.get(criterion="network").value == Decimal(9)


def test_a_stale_full_page_gives_way_where_it_was_not_touched(mine, cast, client_for):
    client = client_for(cast.expert)
    client.post(url(mine), {"value-network": "6", "was-value-network": "", "was-comment-network": ""}, headers={"hx-request": "true"})
    stale = full("8")
    del stale["value-network"]
    assert client.post(url(mine), {**stale, "act": "save"}).status_code == 302
    assert Score.objects.get(criterion="network").value == Decimal(6)
    assert Score.objects.filter(value=8).count() == 6


def test_finish_goes_to_the_next_project(mine, call, cast, me, client_for):
    following = make.seat(make.application(call, "A-0002", "370000"), me, cast.secretariat, AssignmentState.ASSIGNED)
    response = client_for(cast.expert).post(url(mine), full("8", act="finish"))
    assert response.url == url(following)
    mine.refresh_from_db()
    assert (mine.state, mine.total) == (AssignmentState.FINISHED, Decimal(80))


def test_finishing_with_a_gap_says_so_at_the_criterion_and_loses_nothing(mine, cast, client_for):
    data = full("8", act="finish", **{"comment-data": "数据仅用于展示"})
    del data["value-effect"]
    response = client_for(cast.expert).post(url(mine), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert 'href="#criterion-effect"' in html
    assert re.search(r'id="problem-effect"[^>]*>\s*<p class="field-error"', html)
    assert not re.search(r'id="problem-site"[^>]*>\s*<p class="field-error"', html)
    assert "数据仅用于展示" in html
    mine.refresh_from_db()
    assert (mine.state, Score.objects.filter(value=8).count()) == (AssignmentState.STARTED, 6)


def test_a_bad_value_in_a_plain_post_keeps_the_rest(mine, cast, client_for):
    response = client_for(cast.expert).post(url(mine), full("8", act="finish", **{"value-site": "11"}))
    assert response.status_code == 422
    assert Score.objects.filter(value=8).count() == 6
    mine.refresh_from_db()
    assert mine.state == AssignmentState.STARTED


def test_after_the_deadline_the_page_shows_why_and_saves_nothing(mine, cast, at, client_for):
    at("2023-11-03 18:00")
    client = client_for(cast.expert)
    html = client.get(url(mine)).content.decode()
    assert re.search(r'<button class="btn btn-primary"[^>]*disabled', html)
    assert "2023年11月3日" in html
    assert client.post(url(mine), full("8", act="save")).status_code == 403
    assert Score.objects.count() == 0


def _queries(client, address, django_assert_num_queries, number):
    client.get(address)
    with django_assert_num_queries(number):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_costs_the_same_for_one_row_and_three(call, cast, me, client_for, django_assert_num_queries, rows):
    for i in range(rows):
        make.seat(make.application(call, f"A-{i}"), me, cast.secretariat)
    _queries(client_for(cast.expert), reverse("review:queue"), django_assert_num_queries, 10)


@pytest.mark.parametrize("rows", [1, 3])
def test_scoring_page_costs_the_same_for_one_seat_and_three(call, cast, me, client_for, django_assert_num_queries, rows):
    seats = [make.seat(make.application(call, f"A-{i}"), me, cast.secretariat) for i in range(rows)]
    _queries(client_for(cast.expert), url(seats[0]), django_assert_num_queries, 10)


def test_a_cancelled_seat_is_gone(mine, cast, client_for):
    Assignment.objects.filter(pk=mine.pk).update(state=AssignmentState.CANCELLED)
    assert client_for(cast.expert).get(url(mine)).status_code == 404
