"""Pages and news: from the plan folder and from the desk, for the public and for those who write them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.plan.folder import check
from pilotage.plan.services import load_folder
from pilotage.publications.site import index, services
from pilotage.publications.site.enums import PageKind, PageState
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.searching import search
from pilotage.publications.site.services import Text
from pilotage.publications.site.transitions import PAGE

TEXT = Text(title_zh="怎样申报", title_en="How to apply", body_zh="# 步骤\n\n先登录。", body_en="# Steps\n\nSign in first.", place="help")
HOSTILE = Text(title_zh="<script>alert(1)</script>", body_zh="<img src=x onerror=alert(1)> [点](javascript:alert(1))")


def made(cast: Any, text: Text = TEXT, kind: str = PageKind.PAGE, slug: str = "how-to-apply") -> SitePage:
    return services.create(actor=cast.secretariat, kind=kind, slug=slug, text=text)


def published(cast: Any, **options: Any) -> SitePage:
    return services.publish(actor=cast.secretariat, page=made(cast, **options))


@pytest.mark.parametrize("state", PageState.values)
@pytest.mark.parametrize("verb", ["publish", "withdraw"])
@pytest.mark.parametrize("who", ["secretariat", "auditor", "filer", "province_officer", "outsider"])
def test_every_state_verb_and_role(cast: Any, state: str, verb: str, who: str) -> None:
    page = made(cast)
    page.state = state
    actor = getattr(cast, who)
    allowed = who == "secretariat" and (verb == "publish") == (state != PageState.PUBLISHED)
    assert bool(may(actor, page, verb)) is allowed


def test_the_table_has_no_other_way() -> None:
    assert {(s, row.verb, row.target) for row in PAGE.rows for s in row.sources} == {
        ("draft", "publish", "published"),
        ("withdrawn", "publish", "published"),
        ("published", "withdraw", "withdrawn"),
    }


def test_only_the_secretariat_writes(cast: Any) -> None:
    with pytest.raises(Refused):
        services.create(actor=cast.auditor, kind=PageKind.PAGE, slug="a", text=TEXT)
    with pytest.raises(Refused):
        services.edit(actor=cast.filer, page=made(cast), text=TEXT, base_version=1)


def test_two_tabs_overwrite_nothing(cast: Any) -> None:
    page = made(cast)
    services.edit(actor=cast.secretariat, page=page, text=TEXT, base_version=1)
    with pytest.raises(Conflict):
        services.edit(actor=cast.secretariat, page=page, text=HOSTILE, base_version=1)
    assert SitePage.objects.get().title_zh == "怎样申报"


@pytest.mark.parametrize(
    ("slug", "text", "field"),
    [
        ("a b", TEXT, "slug"),
        ("a", Text(title_zh="", body_zh="文"), "title_zh"),
        ("a", Text(title_zh="题", body_zh=" "), "body_zh"),
        ("a", Text(title_zh="题" * 301, body_zh="文"), "title_zh"),
        ("a", Text(title_zh="题", body_zh="文" * 200_001), "body_zh"),
        ("a", Text(title_zh="题", body_zh="文", place="elsewhere"), "place"),
    ],
)
def test_says_what_is_wrong_by_field(cast: Any, slug: str, text: Text, field: str) -> None:
    with pytest.raises(Invalid) as error:
        services.create(actor=cast.secretariat, kind=PageKind.PAGE, slug=slug, text=text)
    assert list(error.value.errors) == [field]


def test_a_page_is_public_from_publication_to_withdrawal(cast: Any, client_for: Any) -> None:
    page = made(cast)
    address = reverse("site:page", args=[page.slug])
    outsider = client_for(None)
    assert outsider.get(address).status_code == 404
    services.publish(actor=cast.secretariat, page=page)
    html = outsider.get(address).content.decode()
    assert ("<h1>怎样申报</h1>" in html, "先登录。" in html, "Sign in first." in html) == (True, True, False)
    assert '<h2 id="' in html
    assert "Sign in first." in client_for(None, HTTP_ACCEPT_LANGUAGE="en").get(address).content.decode()
    index.catch_up()
    assert [hit.key for hit in search("怎样申报").hits] == ["how-to-apply"]
    services.withdraw(actor=cast.secretariat, page=page, reason="有误")
    assert outsider.get(address).status_code == 404
    assert search("怎样申报").hits == []
    assert client_for(cast.secretariat).get(address).status_code == 200


def test_news_are_listed_newest_first_and_drafts_are_not(cast: Any, client_for: Any) -> None:
    published(cast, kind=PageKind.NEWS, slug="one")
    published(cast, kind=PageKind.NEWS, slug="two", text=Text(title_zh="第二条", body_zh="正文"))
    made(cast, kind=PageKind.NEWS, slug="three", text=Text(title_zh="未发的第三条", body_zh="正文"))
    html = client_for(None).get(reverse("site:news-list")).content.decode()
    assert (html.index("第二条") < html.index("怎样申报"), "第三条" in html) == (True, False)


def test_help_pages_are_listed(cast: Any, client_for: Any) -> None:
    published(cast)
    assert "怎样申报" in client_for(None).get(reverse("site:help")).content.decode()


def test_hostile_text_stays_text(cast: Any, client_for: Any) -> None:
    page = published(cast, text=HOSTILE)
    html = client_for(None).get(reverse("site:page", args=[page.slug])).content.decode()
    assert ("<script>alert" in html, "<img src=x" in html, 'href="javascript' in html) == (False, False, False)
    index.catch_up()
    found = client_for(None).get(reverse("site:search"), {"q": "alert"}).content.decode()
    assert ("&lt;script&gt;<mark>alert</mark>" in found, "<script>alert" in found) == (True, False)


def test_the_description_of_a_page_is_escaped_once(cast: Any, client_for: Any) -> None:
    page = published(cast, text=Text(title_zh="研发", body_zh="正文", summary_zh='R&D "<b>'))
    html = client_for().get(reverse("site:page", args=[page.slug])).content.decode()
    assert '<meta name="description" content="R&amp;D &quot;&lt;b&gt;">' in html


def test_the_desk_is_for_the_secretariat_and_auditors(cast: Any, client_for: Any) -> None:
    page = made(cast)
    desk, edit = reverse("site:desk"), reverse("site:edit", args=[page.pk])
    assert [client_for(cast.filer).get(each).status_code for each in (desk, edit)] == [403, 403]
    assert client_for(None).get(desk).status_code == 302
    html = client_for(cast.auditor).get(edit).content.decode()
    assert ("只有秘书处" in html, 'name="do" value="save"' in html) == (True, False)
    assert client_for(cast.auditor).post(edit, {"title_zh": "改", "body_zh": "改", "version": "1"}).status_code == 403


def test_writes_previews_publishes_and_withdraws_at_the_desk(cast: Any, client_for: Any) -> None:
    client = client_for(cast.secretariat)
    typed = {"slug": "deadline", "title_zh": "截止时间提醒", "body_zh": "**八月三十一日**"}
    seen = client.post(reverse("site:new") + "?kind=news", typed | {"do": "preview"})
    assert ("<strong>八月三十一日</strong>" in seen.content.decode(), SitePage.objects.count()) == (True, 0)
    client.post(reverse("site:new") + "?kind=news", typed | {"do": "save"})
    page = SitePage.objects.get()
    assert (page.kind, page.state, page.version) == ("news", "draft", 1)
    client.post(reverse("site:edit", args=[page.pk]), typed | {"title_en": "Deadline", "version": "1"})
    clash = client.post(reverse("site:edit", args=[page.pk]), typed | {"title_zh": "另一个", "version": "1"})
    assert (clash.status_code, "另一个" in clash.content.decode()) == (422, True)
    client.post(reverse("site:act", args=[page.pk]), {"do": "publish"})
    assert "截止时间提醒" in client_for(None).get(reverse("site:news", args=["deadline"])).content.decode()
    client.post(reverse("site:act", args=[page.pk]), {"do": "withdraw", "reason": ""})
    assert SitePage.objects.get().state == "published"
    client.post(reverse("site:act", args=[page.pk]), {"do": "withdraw", "reason": "写错"})
    assert (SitePage.objects.get().state, SitePage.objects.get().title_en) == ("withdrawn", "Deadline")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(settings.PLAN_DIR, tmp_path / "plan"))


def test_the_plan_folder_brings_its_pages(db: None, folder: Path, cast: Any) -> None:
    load_folder(folder, actor=None)
    page = SitePage.objects.get(slug="about")
    assert (page.state, page.place, page.version) == ("published", "help", 1)
    text = folder / "pages" / "about" / "zh.md"
    text.write_text("新的正文", encoding="utf-8")
    load_folder(folder, actor=None)
    page.refresh_from_db()
    assert (page.body_zh, page.version, page.folder_version) == ("新的正文", 2, 2)
    services.edit(actor=cast.secretariat, page=page, text=Text(title_zh="关于", body_zh="改过"), base_version=2)
    text.write_text("文件又改了", encoding="utf-8")
    notes = load_folder(folder, actor=None).notes
    page.refresh_from_db()
    assert (page.body_zh, any("about" in note for note in notes)) == ("改过", True)


def test_faults_of_the_folder_are_named_with_their_file(folder: Path) -> None:
    pages = folder / "pages"
    (pages / "about" / "zh.md").unlink()
    (pages / "about" / "fr.md").write_text("texte", encoding="utf-8")
    (pages / "accessibility.yaml").write_text("page: other\ntitle: {zh: 题}\ndate: 2023-01-01\n", encoding="utf-8")
    faults = [(problem.file, problem.line) for problem in check(folder).problems]
    assert faults == [("pages/about/fr.md", 1), ("pages/about/zh.md", 1), ("pages/accessibility.yaml", 2)]


def test_a_search_before_the_index_has_read_on_is_not_kept(cast: Any, client_for: Any) -> None:
    client, address = client_for(None), reverse("site:search")
    index.catch_up()
    assert "no-store" not in client.get(address, {"q": "x"}).get("Cache-Control", "")
    published(cast, slug="one", text=Text(title_zh="数字化转型", body_zh="正文"))
    assert client.get(address, {"q": "x"})["Cache-Control"] == "no-store"
    index.catch_up()
    assert "no-store" not in client.get(address, {"q": "x"}).get("Cache-Control", "")


def test_the_search_page(cast: Any, client_for: Any, django_assert_num_queries: Any) -> None:
    for slug in ("one", "two", "three"):
        published(cast, slug=slug, text=Text(title_zh=f"数字化转型{slug}", body_zh="正文", title_en="Digital transformation"))
    published(cast, kind=PageKind.NEWS, slug="n", text=Text(title_zh="数字化消息", body_zh="正文"))
    index.catch_up()
    client = client_for(None)
    address = reverse("site:search")
    html = client.get(address, {"q": "数字化"}).content.decode()
    assert (html.count('class="row-title"'), "<mark>数字化</mark>" in html, "?q=%E6%95%B0%E5%AD%97%E5%8C%96&amp;kind=news" in html) == (
        4,
        True,
        True,
    )
    assert client.get(address, {"q": "数字化", "kind": "news"}).content.decode().count('class="row-title"') == 1
    assert "transformation" in client.get(address, {"q": "tranformation"}).content.decode()
    assert "没有找到" in client.get(address, {"q": "量子"}).content.decode()
    for strange in ({"q": "x" * 500}, {"q": "数字", "page": "999"}, {"q": "数字", "page": "-1"}, {"kind": "nothing", "q": "数字"}, {}):
        assert client.get(address, strange).status_code == 200
