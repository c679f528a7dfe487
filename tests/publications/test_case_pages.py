"""The pages of cases: public, for those who write, and what nobody else gets."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilotage.publications.cases import content, pictures, publishing, services
from pilotage.publications.cases.models import CaseStudy
from tests.factories.case_studies import OTHER, WORDS, begun, listed, picture_file, published, written

pytestmark = pytest.mark.django_db


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_the_public_page_shows_what_consent_covers_and_no_more(client_for, cast):
    case = published(cast, {**WORDS, "solution_zh": "部署<script>alert(1)</script>相机"}, items=[content.TEXT, "effect:cost"])
    services.comment(actor=cast.secretariat, case=case, section="problem", text="内部意见不公开")

    html = body(client_for(None).get(reverse("cases:detail", args=[case.number])))

    assert WORDS["title_zh"] in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "运营成本" in html
    assert "碳排放" not in html
    assert "内部意见不公开" not in html
    assert cast.filer.name not in html
    assert "有4项数据或图片未经企业同意公开" in html


def test_the_english_page_marks_what_is_chinese(client_for, cast):
    case = published(cast)
    client = client_for(None, HTTP_ACCEPT_LANGUAGE="en")
    html = body(client.get(reverse("cases:detail", args=[case.number])))
    assert WORDS["title_en"] in html
    assert WORDS["problem_en"] in html
    assert '<div class="card-body prose" lang="zh-Hans">' in html  # the solution was written in Chinese only


def test_a_draft_is_not_there_for_readers(client_for, cast):
    case = written(cast)
    assert client_for(None).get(reverse("cases:detail", args=[case.number])).status_code == 404
    assert WORDS["title_zh"] not in body(client_for(None).get(reverse("cases:list")))


def test_withdrawn_consent_is_gone_from_every_page(client_for, cast):
    case = written(cast)
    picture = pictures.add_picture(actor=cast.filer, case=case, upload=picture_file())
    for person in (cast.filer, cast.secretariat):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    publishing.give_consents(actor=cast.filer, case=case, items=publishing.items_of(case))
    publishing.publish(actor=cast.secretariat, case=case)
    reader, owner = client_for(None), client_for(cast.filer)
    picture_url = reverse("cases:picture", args=[case.number, picture.pk])
    shown = reader.get(picture_url)
    assert (shown.status_code, shown["Content-Type"], shown["Cache-Control"]) == (200, "image/jpeg", "private, no-cache")
    assert reader.get(picture_url, headers={"If-None-Match": shown["ETag"]}).status_code == 304

    everything = [item for item in publishing.items_of(case) if item != f"picture:{picture.pk}"]
    owner.post(reverse("cases:consents", args=[case.number]), {"items": everything})
    assert reader.get(picture_url, headers={"If-None-Match": shown["ETag"]}).status_code == 404

    answer = owner.post(reverse("cases:consents", args=[case.number]), {"items": []}, follow=True)
    assert "案例已从各处撤下" in body(answer)
    assert reader.get(reverse("cases:detail", args=[case.number])).status_code == 404
    for query in ("", "?q=漏检", "?scenario=06"):
        assert case.number not in body(reader.get(reverse("cases:list") + query))


def test_searched_by_problem_and_filtered(client_for, cast):
    vision = published(cast, project_title="视觉5G工厂")
    pump = published(cast, OTHER, project_title="巡检5G工厂")
    reader = client_for(None)
    html = body(reader.get(reverse("cases:list"), {"q": "夜班漏检怎么办"}))
    assert "<mark>漏检</mark>" in html
    assert (vision.number in html, pump.number in html) == (True, False)
    assert "没有案例谈到这个问题" in body(reader.get(reverse("cases:list"), {"q": "量子通信"}))
    assert "没有案例谈到这个问题" in body(reader.get(reverse("cases:list"), {"province": "110000"}))
    assert pump.number in body(reader.get(reverse("cases:list"), {"province": "320000"}))


def test_the_lists_ask_as_often_for_one_as_for_three(client_for, cast):
    def count(client, url):
        with CaptureQueriesContext(connection) as made:
            assert client.get(url).status_code == 200
        return len(made)

    reader, editor = client_for(None), client_for(cast.secretariat)
    pages = [(reader, reverse("cases:list")), (reader, reverse("cases:list") + "?q=漏检"), (editor, reverse("cases:desk"))]
    published(cast, project_title="一5G工厂")
    before = [count(*page) for page in pages]
    published(cast, project_title="二5G工厂")
    published(cast, project_title="三5G工厂")
    assert [count(*page) for page in pages] == before


def test_the_working_pages_are_for_the_two_sides_and_auditors(client_for, cast):
    case = begun(cast)
    urls = [reverse(f"cases:{name}", args=[case.number]) for name in ("edit", "preview", "versions")]
    for person, status in ((cast.filer, 200), (cast.secretariat, 200), (cast.auditor, 200), (cast.outsider, 404), (cast.expert, 404)):
        assert {client_for(person).get(url).status_code for url in urls} == {status}
    assert client_for(None).get(urls[0]).status_code == 302
    assert client_for(cast.outsider).get(reverse("cases:desk")).status_code == 403
    assert client_for(cast.expert).post(reverse("cases:save", args=[case.number]), {"title_zh": "x"}).status_code == 404
    assert client_for(cast.auditor).post(reverse("cases:save", args=[case.number]), {"title_zh": "x"}).status_code == 403


def test_begun_with_one_click_from_the_desk(client_for, cast):
    application = listed(cast)
    client = client_for(cast.secretariat)
    for page in (reverse("cases:desk"), reverse("calls:application-detail", args=[application.number])):
        assert f'name="application" value="{application.number}"' in body(client.get(page))
    client.post(reverse("cases:start"), {"application": application.number})
    case = CaseStudy.objects.get(application=application)
    assert client_for(cast.outsider).post(reverse("cases:start"), {"application": application.number}).status_code == 404
    html = body(client.get(reverse("cases:edit", args=[case.number])))
    assert application.data["overview"] in html


def test_autosave_of_two_tabs_asks_and_keeps_both(client_for, cast):
    case = begun(cast)
    url, base = reverse("cases:save", args=[case.number]), case.draft_version
    headers = {"HX-Request": "true"}
    first = client_for(cast.filer).post(url, {"group": "problem", "base": base, "problem_zh": "漏检率高"}, headers=headers)
    assert f'name="base" value="{base + 1}"' in body(first)
    second = client_for(cast.secretariat)
    html = body(second.post(url, {"group": "problem", "base": base, "problem_zh": "返工多"}, headers=headers))
    assert "漏检率高" in html
    assert f'name="base" value="{base}"' in html  # the question stays until it is answered
    case.refresh_from_db()
    assert case.data["problem_zh"] == "漏检率高"
    without_script = body(second.post(url, {"group": "problem", "base": base, "problem_zh": "返工多"}))
    assert ">返工多</textarea>" in without_script  # what was typed stands in its field
    assert "漏检率高" in without_script
    second.post(url, {"group": "problem", "base": base, "problem_zh": "返工多", "mine": "1"}, headers=headers)
    case.refresh_from_db()
    assert case.data["problem_zh"] == "返工多"


def test_the_whole_way_by_the_pages(client_for, cast):
    case = written(cast)
    owner, editor = client_for(cast.filer), client_for(cast.secretariat)
    act = reverse("cases:act", args=[case.number])
    owner.post(reverse("cases:comment", args=[case.number]), {"section": "problem", "text": "请看这里"})
    note = case.comments.get()
    editor.post(reverse("cases:settle", args=[case.number, note.pk]))
    note.refresh_from_db()
    assert note.state == "settled"
    editor.post(act, {"do": "keep", "note": "初稿"})
    owner.post(act, {"do": "approve", "base": case.draft_version})
    editor.post(act, {"do": "approve", "base": case.draft_version})
    assert "企业尚未同意公开文字内容" in body(editor.get(reverse("cases:edit", args=[case.number])))
    owner.post(reverse("cases:consents", args=[case.number]), {"items": [content.TEXT]})
    assert owner.post(act, {"do": "publish"}).status_code == 403
    editor.post(act, {"do": "publish"})
    case.refresh_from_db()
    assert case.state == "published"
    assert "初稿" in body(owner.get(reverse("cases:versions", args=[case.number])))
    editor.post(act, {"do": "take_down", "reason": "数据有误"})
    case.refresh_from_db()
    assert case.state == "unpublished"


def test_figures_and_tags_are_saved_from_their_forms(client_for, cast):
    case = begun(cast)
    client, url = client_for(cast.filer), reverse("cases:save", args=[case.number])
    form = {
        "group": "figures",
        "base": case.draft_version,
        "figure": ["cost", "own1"],
        "cost.before": "20",
        "own1.label_zh": "停机次数",
        "own1.before": "9",
        "own1.after": "2",
        "own1.better": "lower",
    }
    assert client.post(url, form).status_code == 302
    case.refresh_from_db()
    assert (case.data["effect:cost"]["before"], case.data["effect:cost"]["label_zh"]) == ("20", "运营成本")
    assert (case.data["effect:own1"]["after"], case.data["effect:own1"]["better"]) == ("2", "lower")
    client.post(url, {"group": "figures", "base": case.draft_version, "figure": "own1", "own1.remove": "1"})
    client.post(url, {"group": "basics", "base": case.draft_version, "has_scenarios": "1", "scenarios": ["06"], "key_industry": "steel"})
    case.refresh_from_db()
    assert ("effect:own1" in case.data, case.data["scenarios"], case.data["key_industry"]) == (False, ["06"], "steel")


def test_a_picture_of_200_megabytes_is_refused_by_its_size(client_for, cast):
    case = begun(cast)
    url = reverse("cases:picture-add", args=[case.number])
    client = client_for(cast.filer)
    answer = client.post(url, {"picture": picture_file()}, follow=True)
    assert "图片已添加" in body(answer)
    huge = client.post(
        url, {"picture": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff")}, headers={"Content-Length": str(200 * 1024 * 1024)}, follow=True
    )
    assert "文件过大" in body(huge)
    assert case.pictures.count() == 1
    picture = case.pictures.get()
    assert client_for(cast.outsider).get(reverse("cases:draft-picture", args=[case.number, picture.pk])).status_code == 404
    assert client_for(None).get(reverse("cases:picture", args=[case.number, picture.pk])).status_code == 404
    client.post(reverse("cases:captions", args=[case.number]), {f"zh.{picture.pk}": "视觉工位"})
    assert case.pictures.get().caption_zh == "视觉工位"
    client.post(reverse("cases:captions", args=[case.number]), {"remove": picture.pk})
    assert not case.pictures.filter(removed_at=None).exists()
