"""Our lists over 5,000 applications and 15,000 reviews, measured in the process: CPU seconds, queries, bytes of a page of 50.

Method (the same as for the peer in bench/peer): Django's test client, signed in, DEBUG off, one warm-up, best of five;
CPU by ``time.process_time`` (SQLite runs inside the process), queries by an execute wrapper.
Also times shortlisting and recommending 500 applications in one go, through the services.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            PILOTAGE_DATA_DIR=folder,
            DJANGO_SETTINGS_MODULE="pilotage.settings",
            PILOTAGE_PLAN_DIR=str(ROOT / "plans/industrial-internet-2023"),
        )
        os.environ.pop("PILOTAGE_DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
        measure(options.rows)


def measure(rows: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from pilotage.core import clock

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    with clock.at(datetime(2023, 9, 15, 2, tzinfo=UTC)):
        scene = fill(rows)
        bulk(scene)
    with clock.at(datetime(2023, 10, 20, 2, tzinfo=UTC)):
        page("list", "/applications/", scene["secretariat"], rows)
        page("list_search", "/applications/?q=精密", scene["secretariat"], rows)
        page("list_province", "/applications/?province=320000", scene["secretariat"], rows)
        page("recommend_desk", "/work/recommend/", scene["province"], rows)
        page("review_board", f"/work/review/{scene['call'].slug}/", scene["secretariat"], rows)


def fill(rows: int) -> dict[str, Any]:
    from django.conf import settings
    from django.db import transaction

    from pilotage.accounts import services as accounts
    from pilotage.calls.models import Call
    from pilotage.plan import services as plans
    from pilotage.registry import services as registry
    from pilotage.registry.models import Division

    registry.load_reference_data()
    plans.load_folder(settings.PLAN_DIR, actor=None)
    call = Call.objects.get(slug="5g-factory-directory-2023")
    jiangsu = Division.objects.get(pk="320000")
    scene: dict[str, Any] = {"call": call}
    with transaction.atomic():
        for role, kind, division in (
            ("secretariat", "ministry", None),
            ("province_officer", "province", jiangsu),
            ("communications_officer", "communications", jiangsu),
            ("filer", "enterprise", None),
        ):
            enterprise = (
                registry.create_enterprise(actor=None, name_zh="苏州测速精密有限公司", division="320500", is_fictional=True)
                if kind == "enterprise"
                else None
            )
            body = accounts.create_organisation(actor=None, kind=kind, name_zh=role, division=division, enterprise=enterprise)
            user = accounts.create_user(actor=None, email=f"{role}@bench.example", name=role)
            accounts.give_role(actor=None, user=user, organisation=body, role=role)
            scene[role.split("_")[0]] = user
    scene["applications"] = applications(call, rows, scene["filer"])
    reviews(call, scene["applications"], scene["secretariat"])
    return scene


def applications(call: Any, rows: int, filer: Any) -> list[Any]:
    from pilotage.calls.models import Application, Recommender
    from pilotage.core.search import bigrams
    from pilotage.registry.models import Division, Enterprise, Industry

    now = datetime(2023, 8, 20, tzinfo=UTC)
    rng = random.Random(1)
    cities = list(Division.objects.filter(level="prefecture", is_pseudo=False))
    jiangsu = [city for city in cities if city.parent_id == "320000"]
    industries = list(Industry.objects.filter(level="division").values_list("pk", flat=True))
    recommender_of = {r.province_id: r.pk for r in Recommender.objects.filter(kind="province")}
    firms = []
    for n in range(rows):
        city = jiangsu[n % 13] if n % 5 == 0 else cities[n % len(cities)]
        firms.append(
            Enterprise(
                name_zh=f"{city.short_zh}测{n:05d}精密有限公司",
                province_id=city.parent_id,
                prefecture_id=city.pk,
                ownership=rng.choice(("private", "foreign", "central_soe")),
                is_fictional=True,
                created_at=now,
                updated_at=now,
            )
        )
    Enterprise.objects.bulk_create(firms, batch_size=500)
    states = ["submitted", "checked", "under_review", "under_review", "under_review"]
    made = [
        Application(
            call=call,
            version=call.current,
            enterprise=firm,
            recommender_id=recommender_of.get(firm.province_id),
            number=f"5GF-2023-B-{n:05d}",
            state="checked" if firm.province_id == "320000" else states[n % 5],
            data={"project_title": f"项目{n}", "overview": "述" * 800},
            project_title=f"精密制造5G工厂{n}",
            level="factory",
            building_state="built",
            industry_id=rng.choice(industries),
            province_id=firm.province_id,
            prefecture_id=firm.prefecture_id,
            check_result="pass",
            created_by=filer,
            created_at=now,
            updated_at=now,
            submitted_at=now,
            bigrams=bigrams(f"{firm.name_zh} 精密制造5G工厂{n}"),
        )
        for n, firm in enumerate(firms)
    ]
    return Application.objects.bulk_create(made, batch_size=500)


def reviews(call: Any, rows: list[Any], secretary: Any) -> None:
    from pilotage.accounts.models import User
    from pilotage.review.models import Assignment, ExpertProfile, ReviewSummary

    now = datetime(2023, 10, 10, tzinfo=UTC)
    rng = random.Random(2)
    users = User.objects.bulk_create(User(email=f"e{n}@bench.example", name=f"专家{n}") for n in range(100))
    experts = ExpertProfile.objects.bulk_create(ExpertProfile(user=user, number=f"E{n:04d}") for n, user in enumerate(users))
    seats = [
        Assignment(
            application=row,
            call=call,
            expert=expert,
            state="finished",
            method="optimal",
            position=n,
            total=Decimal(rng.randrange(50_000, 95_000)) / 1000,
            assigned_by=secretary,
            assigned_at=now,
            finished_at=now,
        )
        for n, row in enumerate(rows)
        for expert in rng.sample(experts, 3)
    ]
    Assignment.objects.bulk_create(seats, batch_size=500)
    ReviewSummary.objects.bulk_create(
        [
            ReviewSummary(
                application=row,
                call=call,
                seat_count=3,
                finished_count=3,
                mean=Decimal(rng.randrange(50_000, 95_000)) / 1000,
                spread=Decimal("2.5"),
            )
            for row in rows
        ],
        batch_size=500,
    )


def bulk(scene: dict[str, Any]) -> None:
    """Shortlist, co-sign and send 500 applications of one province; each act is one transaction."""
    from pilotage.calls import services as calls
    from pilotage.calls.models import Application

    own = list(Application.objects.filter(province="320000", state="checked").order_by("pk")[:500])
    spent = {}
    for name, act in (
        ("shortlist", lambda: calls.shortlist_many(actor=scene["province"], applications=own)),
        ("cosign", lambda: calls.cosign_many(actor=scene["communications"], applications=own, decision="signed", opinion="同意")),
        (
            "recommend",
            lambda: calls.send_list(actor=scene["province"], call=scene["call"], recommender=own[0].recommender, opinion="同意推荐"),
        ),
    ):
        start = time.perf_counter()
        act()
        spent[name] = time.perf_counter() - start
    sent = Application.objects.filter(state="recommended").count()
    print(f"bulk rows={sent} " + " ".join(f"{name}={seconds:.2f}" for name, seconds in spent.items()), flush=True)


def page(name: str, path: str, user: Any, rows: int) -> None:
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(user)
    best, count, size = 0.0, 0, 0
    for turn in range(6):
        count = 0

        def counting(execute: Any, *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with connection.execute_wrapper(counting):
            start = time.process_time()
            answer = client.get(path)
            spent = time.process_time() - start
        if answer.status_code != 200:
            sys.exit(f"{path} answered {answer.status_code}")
        size = len(answer.content)
        if turn:
            best = spent if turn == 1 else min(best, spent)
    print(f"page peer=pilotage name={name} rows={rows} cpu={best:.4f} queries={count} bytes={size}", flush=True)


if __name__ == "__main__":
    main()
