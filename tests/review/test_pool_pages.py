"""Pages of the pool, of profiles, invitations, conflicts and the import: content, acts, who is kept out, constant cost."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from pilotage.review.enums import AssignmentState, InvitationState
from pilotage.review.models import Absence, Assignment, DeclaredConflict, ExpertInvitation, ExpertProfile, Relation
from tests.factories import review as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db
POOL = "/work/experts/"
OUTSIDE = ["outsider", "filer", "expert", "province_officer", "communications_officer", "city_officer", "finance_liaison"]


def office_pages(call, me):
    return {
        "pool": reverse("review:expert-list"),
        "new": reverse("review:expert-new"),
        "import": reverse("review:expert-import"),
        "export": reverse("review:expert-export"),
        "expert": reverse("review:expert", args=[me.pk]),
        "experts": reverse("review:invitations", args=[call.slug]),
        "conflicts": reverse("review:conflicts", args=[call.slug]),
    }


@pytest.fixture
def filled(call, cast, me):
    """What must not leak: a tie with a name and a biography."""
    me.biography = "保密履历"
    me.save()
    make.tie(me, "保密企业有限公司", cast.secretariat)
    return make.seat(make.application(call), me, cast.secretariat)


@pytest.mark.parametrize("who", OUTSIDE)
def test_the_pool_is_the_secretariats(filled, call, cast, me, client_for, who):
    client = client_for(getattr(cast, who))
    for name, address in office_pages(call, me).items():
        response = client.get(address)
        assert (name, response.status_code, "保密" in response.content.decode()) == (name, 403, False)


def test_auditors_read_and_change_nothing(filled, call, cast, me, client_for):
    client = client_for(cast.auditor)
    pages = office_pages(call, me)
    html = client.get(pages["expert"]).content.decode()
    assert "保密企业有限公司" in html
    assert 'name="act"' not in html
    assert [client.get(pages[name]).status_code for name in ("pool", "experts", "conflicts", "export", "new", "import")] == [
        200,
        200,
        200,
        200,
        403,
        403,
    ]
    assert client.post(pages["expert"], {"act": "profile", "biography": "x"}).status_code == 403
    assert client.post(pages["experts"], {"act": "replace", "expert": me.pk, "reason": "x"}).status_code == 403
    assert client.post(pages["conflicts"], {"act": "recheck"}).status_code == 403
    assert client.post(POOL, {"act": "invite", "ids": [me.pk], "call": call.slug}).status_code == 403


# --- pool -----------------------------------------------------------------------------------
def test_filters_narrow_the_list_and_the_export(call, cast, client_for):
    house = enterprise("沈阳演示研究院有限公司", "210200")
    make.expert("E1", "210000", employer=house, keywords_zh=["数控机床"])
    make.expert("E2", "320000", employer_name="某大学")
    client = client_for(cast.secretariat)
    html = client.get(POOL, {"q": "数控"}).content.decode()
    assert ("专家E1" in html, "专家E2" in html, "沈阳演示研究院有限公司" in html) == (True, False, True)
    html = client.get(POOL, {"province": "320000"}).content.decode()
    assert ("专家E1" in html, "专家E2" in html) == (False, True)
    assert (
        client.get(reverse("review:expert-export"), {"q": "数控"})["Content-Disposition"] == 'attachment; filename="experts-20231020.xlsx"'
    )
    assert "没有" in client.get(POOL, {"q": "无此人"}).content.decode()


def test_experts_are_invited_in_bulk_from_the_pool(call, cast, me, client_for):
    other = make.expert("E2", is_available=False)
    client = client_for(cast.secretariat)
    response = client.post(
        POOL, {"act": "invite", "ids": [me.pk, other.pk], "call": call.slug, "answer_by": "2023-10-25", "note": "请支持"}
    )
    assert response.url == reverse("review:invitations", args=[call.slug])
    (asked,) = ExpertInvitation.objects.all()
    assert (asked.expert, asked.answer_by, asked.note) == (me, date(2023, 10, 25), "请支持")
    html = client.get(response.url).content.decode()
    assert "E2" in html
    assert client.post(POOL, {"act": "invite", "call": call.slug}).status_code == 422
    assert client.post(POOL, {"act": "invite", "ids": [me.pk], "call": "none"}).status_code == 422
    assert client.post(POOL, {"act": "invite", "ids": [me.pk], "call": call.slug, "answer_by": "soon"}).status_code == 422


def test_a_new_expert_is_entered_by_hand(call, cast, me, client_for):
    client = client_for(cast.secretariat)
    data = {
        "number": "E9",
        "name": "新专家",
        "email": "e9@example.org",
        "disciplines": "网络；安全",
        "capacity": "12",
        "is_available": "on",
    }
    made = client.post(reverse("review:expert-new"), data)
    found = ExpertProfile.objects.get(number="E9")
    assert (made.url, found.disciplines, found.capacity) == (reverse("review:expert", args=[found.pk]), ["网络", "安全"], 12)
    again = client.post(reverse("review:expert-new"), data)
    assert (again.status_code, ExpertProfile.objects.count()) == (422, 2)


# --- profile --------------------------------------------------------------------------------
def test_an_expert_keeps_the_own_profile(filled, cast, me, client_for):
    client, page = client_for(cast.expert), reverse("review:profile")
    html = client.get(page).content.decode()
    assert "保密企业有限公司" in html
    assert 'name="capacity"' not in html
    data = {
        "act": "profile",
        "employer_name": "某大学",
        "keywords_zh": "时间敏感网络，边缘计算",
        "disciplines": "网络",
        "biography": "新履历",
        "capacity": "99",
    }
    assert client.post(page, data).status_code == 302
    me.refresh_from_db()
    assert (me.keywords_zh, me.employer_name, me.biography, me.capacity) == (["时间敏感网络", "边缘计算"], "某大学", "新履历", None)
    wrong = client.post(page, data | {"employer_uscc": "X1"})
    assert (wrong.status_code, "X1" in wrong.content.decode()) == (422, True)
    assert client.post(page, {"act": "absence", "away-starts_on": "2023-11-01", "away-ends_on": "2023-11-05"}).status_code == 302
    assert client.post(page, {"act": "absence", "away-starts_on": "2023-11-03", "away-ends_on": "2023-11-01"}).status_code == 422
    absence = Absence.objects.get()
    assert client.post(page, {"act": "back", "absence": absence.pk}).status_code == 302
    tie = {"act": "relation", "tie-kind": "consultancy", "tie-employer_name": "某公司", "tie-starts_on": "2022-01-01"}
    assert client.post(page, tie).status_code == 302
    relation = Relation.objects.get(enterprise_name="某公司")
    assert client.post(page, {"act": "end", "relation": relation.pk, "ends_on": "2023-10-01"}).status_code == 302
    assert client.post(page, {"act": "strike", "relation": relation.pk, "reason": "误录"}).status_code == 403
    assert client.post(page, {"act": "unknown"}).status_code == 404


def test_an_experts_acts_reach_only_the_own_rows(filled, cast, me, client_for):
    other = make.expert("E2")
    theirs = make.tie(other, "某公司", cast.secretariat)
    away = Absence.objects.create(expert=other, starts_on=date(2023, 11, 1), ends_on=date(2023, 11, 2))
    client, page = client_for(cast.expert), reverse("review:profile")
    assert client.post(page, {"act": "end", "relation": theirs.pk, "ends_on": "2023-10-01"}).status_code == 404
    assert client.post(page, {"act": "back", "absence": away.pk}).status_code == 404
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("who", ["outsider", "filer", "secretariat", "auditor", "finance_liaison"])
def test_only_experts_have_a_profile(filled, cast, client_for, who):
    assert client_for(getattr(cast, who)).get(reverse("review:profile")).status_code == 403


def test_an_expert_without_an_entry_is_told_so(call, cast, client_for):
    response = client_for(cast.expert).get(reverse("review:profile"))
    assert (response.status_code, "秘书处" in response.content.decode()) == (200, True)


def test_the_secretariat_strikes_what_was_recorded_in_error(filled, call, cast, me, client_for):
    client, page = client_for(cast.secretariat), reverse("review:expert", args=[me.pk])
    tie = me.relations.get()
    assert client.post(page, {"act": "strike", "relation": tie.pk, "reason": " "}).status_code == 422
    assert client.post(page, {"act": "strike", "relation": tie.pk, "reason": "同名误录"}).status_code == 302
    html = client.get(page).content.decode()
    assert "同名误录" in html


def test_a_blind_conflict_kept_for_later_does_not_tell_the_name(call, cast, me, client_for):
    seat = make.seat(make.application(call, enterprise=cast.enterprise), me, cast.secretariat, AssignmentState.ASSIGNED)
    client = client_for(cast.expert)
    client.post(reverse("review:score", args=[seat.pk]), {"act": "recuse", "kind": "consultancy", "keep": "1"})
    assert Relation.objects.get().enterprise == cast.enterprise
    own = client.get(reverse("review:profile")).content.decode()
    assert ("砚舟" in own, "精密减速机5G工厂" in own) == (False, True)
    assert "砚舟" in client_for(cast.secretariat).get(reverse("review:expert", args=[me.pk])).content.decode()


# --- declaration ----------------------------------------------------------------------------
def test_one_click_on_the_kind_declares_a_conflict(call, cast, me, client_for):
    seat = make.seat(make.application(call), me, cast.secretariat, AssignmentState.ASSIGNED)
    client, page = client_for(cast.expert), reverse("review:score", args=[seat.pk])
    html = client.get(page).content.decode()
    assert html.count('name="kind"') == 6
    assert client.post(page, {"act": "recuse", "kind": "other", "reason": ""}).status_code == 422
    assert client.post(page, {"act": "recuse", "kind": "cooperation"}).status_code == 302
    seat.refresh_from_db()
    assert (seat.state, DeclaredConflict.objects.get().kind, Relation.objects.count()) == (AssignmentState.RECUSED, "cooperation", 0)


# --- invitations ----------------------------------------------------------------------------
def test_an_expert_accepts_from_the_page_and_finds_it_in_the_queue(call, cast, me, client_for):
    asked = make.invitation(call, me, cast.secretariat, note="请支持评审")
    client, page = client_for(cast.expert), reverse("review:invitation", args=[asked.pk])
    assert page in client.get(reverse("review:queue")).content.decode()
    html = client.get(page).content.decode()
    assert "请支持评审" in html
    assert client.post(page, {"act": "accept"}).url == reverse("review:queue")
    asked.refresh_from_db()
    assert asked.state == InvitationState.ACCEPTED
    assert client.post(page, {"act": "accept"}).status_code == 409
    assert client.post(page, {"act": "decline", "reason": ""}).status_code == 422
    assert client.post(page, {"act": "decline", "reason": "住院"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (InvitationState.DECLINED, "住院")


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("filer", 404), ("province_officer", 404), ("auditor", 200), ("secretariat", 200)]
)
def test_an_invitation_is_the_experts_and_the_offices(call, cast, me, client_for, who, status):
    page = reverse("review:invitation", args=[make.invitation(call, me, cast.secretariat, note="请支持评审").pk])
    client = client_for(getattr(cast, who))
    response = client.get(page)
    assert (response.status_code, "请支持评审" in response.content.decode()) == (status, status == 200)
    assert client.post(page, {"act": "accept"}).status_code == (403 if status == 200 else 404)


def test_another_expert_does_not_find_the_invitation(call, cast, me, client_for):
    page = reverse("review:invitation", args=[make.invitation(call, make.expert("E2"), cast.secretariat).pk])
    assert client_for(cast.expert).get(page).status_code == 404


def test_the_secretariat_replaces_takes_back_and_asks_again(call, cast, me, client_for):
    page = reverse("review:invitations", args=[call.slug])
    seat = make.seat(make.application(call), me, cast.secretariat)
    waiting = make.expert("E2")
    make.invitation(call, waiting, cast.secretariat)
    client = client_for(cast.secretariat)
    assert client.post(page, {"act": "replace", "expert": me.pk, "reason": " "}).status_code == 422
    assert client.post(page, {"act": "replace", "expert": me.pk, "reason": "失联"}).status_code == 302
    assert Assignment.objects.get(pk=seat.pk).state == AssignmentState.CANCELLED
    assert client.post(page, {"act": "withdraw", "expert": waiting.pk, "reason": "人数已足"}).status_code == 302
    assert client.post(page, {"act": "invite", "expert": waiting.pk}).status_code == 302
    assert dict(ExpertInvitation.objects.values_list("expert__number", "state")) == {"0417": "replaced", "E2": "invited"}
    client.get(page)  # shows what was done, names included
    html = client.get(page, {"group": "gone"}).content.decode()
    assert ("失联" in html, "专家E2" in html) == (True, False)
    assert client.post(page, {"act": "replace", "expert": "x", "reason": "y"}).status_code == 404
    assert client.post(page, {"act": "unknown", "expert": me.pk}).status_code == 404


# --- conflicts ------------------------------------------------------------------------------
def test_a_seat_in_conflict_shows_on_the_board_with_what_to_do(call, cast, me, client_for):
    app = make.application(call)
    make.seat(app, me, cast.secretariat)
    client = client_for(cast.secretariat)
    page = reverse("review:conflicts", args=[call.slug])
    board = reverse("review:board", args=[call.slug])
    assert "note-warn" not in client.get(board).content.decode()
    data = {"act": "record", "expert": "0417", "application": app.number, "kind": "family", "reason": "配偶任职"}
    assert client.post(page, data | {"expert": "none"}).status_code == 422
    assert client.post(page, data | {"application": "none"}).status_code == 422
    assert client.post(page, data | {"kind": "other", "reason": ""}).status_code == 422
    assert client.post(page, data).status_code == 302
    assert "note-warn" in client.get(board).content.decode()
    html = client.get(page).content.decode()
    assert reverse("review:application", args=[call.slug, app.number]) in html
    assert "已声明" in client.get(reverse("review:application", args=[call.slug, app.number])).content.decode()
    assert client.post(page, {"act": "recheck"}).status_code == 302
    assert client.post(page, {"act": "unknown"}).status_code == 404


# --- import ---------------------------------------------------------------------------------
TEXT = "编号,姓名,电子邮箱,省份\nZ1,新专家,z1@example.org,\nZ2,,z2@example.org,火星\n"


def test_a_file_is_checked_first_and_then_imported(call, cast, me, client_for):
    client, page = client_for(cast.secretariat), reverse("review:expert-import")
    response = client.post(page, {"file": SimpleUploadedFile("experts.csv", TEXT.encode())})
    html = response.content.decode()
    assert response.status_code == 422
    assert ("B3" in html, "D3" in html, "火星" in html, "导入1行" in html) == (True, True, True, True)
    assert ExpertProfile.objects.count() == 1
    token = response.context["token"]
    assert client.post(page, {"token": token + "x"}).status_code == 422
    assert client_for(cast.second_secretariat).post(page, {"token": token}).status_code == 422
    assert client.post(page, {"token": token}).url == reverse("review:expert-list")
    assert sorted(ExpertProfile.objects.values_list("number", flat=True)) == ["0417", "Z1"]
    assert client.post(page, {"token": token}).status_code == 422


@pytest.mark.parametrize(("name", "body"), [("a.txt", b"x"), ("a.xlsx", b"no book"), ("a.csv", b"no,head\n1,2\n")])
def test_what_is_no_table_of_experts_is_refused_with_a_sentence(call, cast, client_for, name, body):
    response = client_for(cast.secretariat).post(reverse("review:expert-import"), {"file": SimpleUploadedFile(name, body)})
    assert (response.status_code, "note-bad" in response.content.decode()) == (422, True)


# --- cost -----------------------------------------------------------------------------------
COSTS = {"pool": 14, "expert": 8, "experts": 15, "conflicts": 20}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", COSTS)
def test_cost_is_the_same_for_one_row_and_three(call, cast, me, client_for, django_assert_num_queries, rows, name):
    for i in range(rows):
        app = make.application(call, f"A-{i}")
        who = make.expert(f"E{i}", "320000", disciplines=["34"])
        seat = make.seat(app, who, cast.secretariat)
        Assignment.objects.filter(pk=seat.pk).update(conflict="same_province")
        make.invitation(call, who, cast.secretariat, InvitationState.ACCEPTED)
        make.tie(me, app.enterprise, cast.secretariat)
        Absence.objects.create(expert=me, starts_on=date(2023, 11, 1 + i), ends_on=date(2023, 11, 1 + i))
    client, address = client_for(cast.secretariat), office_pages(call, me)[name]
    client.get(address)
    with django_assert_num_queries(COSTS[name]):
        assert client.get(address).status_code == 200
