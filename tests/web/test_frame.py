import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from pilotage.web import nav
from tests.factories.calls import call as make_call
from tests.web.pages import offences

STYLEGUIDE = "/styleguide/"
POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def body(response):
    return response.content.decode()


@pytest.mark.django_db
def test_the_policy_allows_nothing_inline(client):
    response = client.get(STYLEGUIDE)
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert offences(response) == []


def test_offences_are_seen():
    from django.http import HttpResponse

    bad = ['<p style="x">', "<style>a</style>", "<script>x</script>", '<a onclick="x">', '<a href="javascript:x">', '<b hx-on:click="x">']
    assert [len(offences(HttpResponse(html))) > 0 for html in bad] == [True] * 6
    assert offences(HttpResponse('<script src="/a.js" defer></script><script id="d" type="application/json">{}</script>')) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "lang", "brand"), [("zh-hans", "zh-Hans", "领航"), ("en", "en", "Pilotage")])
def test_the_frame_speaks_the_readers_language(client, language, lang, brand):
    client.cookies["django_language"] = language
    html = body(client.get(STYLEGUIDE))
    assert f'<html lang="{lang}">' in html
    assert f'<span class="brand-name">{brand}</span>' in html
    assert html.index('class="skip-link" href="#main"') < html.index("<header")
    assert html.count('<main id="main"') == html.count("<h1") == 1
    assert len(html.encode()) < 120_000


@pytest.mark.django_db
def test_the_language_switch_keeps_the_page(client):
    page = "/accounts/login/?next=/desk/"
    html = body(client.get(page))
    assert '<input type="hidden" name="next" value="/accounts/login/?next=/desk/">' in html
    response = client.post(reverse("set_language"), {"language": "en", "next": page})
    assert (response.status_code, response["Location"]) == (302, page)
    assert "<h1>Sign in</h1>" in body(client.get(page))


@pytest.mark.django_db
def test_the_language_switch_leads_nowhere_else(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


@pytest.mark.django_db
def test_demo_data_say_so_on_every_page(client, settings):
    assert "demo-badge" not in body(client.get(STYLEGUIDE))
    settings.DEMO = True
    assert '<span class="demo-badge">演示数据</span>' in body(client.get(STYLEGUIDE))


def test_each_role_has_its_own_line_of_links(cast):
    lines = {name: [str(link.label) for link in nav.work_links(person, "/")[0]] for name, person in cast.people().items()}
    assert lines["filer"] == ["我的申报", "融资", "征集", "案例", "名录", "数据授权"]
    assert lines["city_officer"] == ["核查", "报告", "统计报送", "申报", "企业", "征集", "规划", "名录"]
    assert lines["district_officer"] == ["核查", "报告", "申报", "企业", "征集", "规划", "名录"]
    assert lines["province_officer"] == ["统筹", "核查", "推荐", "报告", "申报", "企业", "征集", "规划", "名录"]
    assert lines["communications_officer"] == ["目标", "会签", "报告", "申报", "企业", "征集", "规划", "名录"]  # no list of its own
    assert " ".join(lines["secretariat"]) == "总览 统筹 报告 受理 申报 专家 公示公告 出版 融资 发件箱 企业 规划 名录"
    assert lines["expert"] == ["待评项目", "合议", "我的资料"]
    assert lines["auditor"] == ["统筹", "报告", "申报", "出版", "融资", "企业", "审计", "规划", "名录"]
    assert lines["finance_liaison"] == ["融资", "企业", "规划", "名录"]
    assert lines["unit_officer"] == ["统计报送", "措施", "规划", "名录"]
    assert lines["outsider"] == []


def test_the_page_one_is_on_is_marked(cast):
    marked = [link.url for link in nav.work_links(cast.auditor, "/audit/12/")[0] if link.current]
    assert marked == ["/audit/"]
    assert nav.work_links(cast.auditor, "/audit/12/")[1] == []
    main, steering = nav.work_links(cast.auditor, "/dashboards/")
    assert [str(link.label) for link in main if link.current] == ["统筹"]
    assert [(str(link.label), link.current) for link in steering] == [
        ("目标", False),
        ("工作报告", False),
        ("统计报送", False),
        ("看板", True),
    ]
    assert [link.url for link in nav.public_links("/") if link.current] == ["/"]
    assert [link.url for link in nav.public_links("/plans/industrial-internet-2023/") if link.current] == ["/"]
    assert [link.url for link in nav.public_links("/directory/5g-factory/") if link.current] == ["/directory/"]
    assert [link.url for link in nav.public_links("/elsewhere/") if link.current] == []


def test_the_header_names_the_reader(client, cast):
    client.force_login(cast.province_officer)
    html = body(client.get(reverse("accounts:tokens")))
    assert '<span class="user-name">许清和</span><span class="user-organisation">江苏省工业和信息化厅</span>' in html
    assert f'action="{reverse("account_logout")}"' in html


def test_every_role_has_a_desk(client, cast):
    desks = {}
    for name, person in cast.people().items():
        client.force_login(person)
        response = client.get("/desk/")
        desks[name] = response.get("Location", response.status_code)
    assert desks == {
        "filer": "/my/", "legal_representative": "/my/", "other_filer": "/my/",
        "district_officer": "/work/check/", "city_officer": "/work/check/", "other_city_officer": "/work/check/",
        "province_officer": "/work/recommend/", "other_province_officer": "/work/recommend/",
        "communications_officer": "/work/cosign/", "secretariat": 200, "second_secretariat": 200,
        "expert": "/review/", "finance_liaison": "/enterprises/", "auditor": "/audit/", "outsider": 200, "unit_officer": "/work/measures/",
    }  # fmt: skip
    client.force_login(cast.outsider)
    assert "此账号还没有角色" in body(client.get("/desk/"))


@pytest.mark.django_db
def test_the_desk_needs_a_reader(client):
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"


def test_health_tells_the_public_booleans_and_the_secretariat_details(client, cast):
    plain = {"ok": True, "database": True}
    assert client.get("/health/").json() == plain
    client.force_login(cast.outsider)
    assert client.get("/health/").json() == plain
    client.force_login(cast.secretariat)
    told = client.get("/health/").json()
    assert told["database_vendor"] in settings.DATABASES["default"]["ENGINE"]
    assert set(told) - {"advice"} == {"ok", "database", "database_vendor", "database_version", "audit_head"}


def test_the_advice_on_sqlite_is_in_the_readers_language(client, cast, settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    client.force_login(cast.secretariat)
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 3))
    assert "advice" not in client.get("/health/").json()
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    assert client.get("/health/").json()["advice"].startswith("SQLite 3.40.1早于3.51.3")


@pytest.mark.django_db
def test_robots_stay_out_of_the_desks(client):
    lines = body(client.get("/robots.txt")).splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /work/" in lines
    assert "Disallow: /directory/" not in lines


@pytest.mark.django_db
def test_the_favicon_is_found(client):
    assert client.get("/favicon.ico")["Location"] == "/static/favicon.svg"


def test_deployment_checks_are_clean_over_https(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PILOTAGE_")},
        "DJANGO_SETTINGS_MODULE": "pilotage.settings",
        "PILOTAGE_DATA_DIR": str(tmp_path),
        "PILOTAGE_SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP",
        "PILOTAGE_BASE_URL": "https://pilotage.example.org",
        "PILOTAGE_ALLOWED_HOSTS": "pilotage.example.org",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--tag", "security"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "System check identified no issues (0 silenced).\n", "")


def test_the_secretariat_finds_every_call_with_its_steps(client, cast):
    call = make_call()
    client.force_login(cast.secretariat)
    html = body(client.get("/desk/"))
    assert call.title in html
    steps = ["/work/accept/", f"/work/review/{call.slug}/", f"/work/selection/{call.slug}/", f"/work/directory/{call.slug}/"]
    assert [f'href="{step}"' in html for step in steps] == [True] * 4
    client.force_login(cast.outsider)
    assert call.title not in body(client.get("/desk/"))
