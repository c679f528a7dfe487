"""How long does the overview of a plan take over five years of applications?

Fills an empty database in a temporary directory: the plan of the repository, five calls of one directory with a fifth of the
applications each, their changes of state and what is kept of them. Then asks, in this process, for what the overview is made
of and for the overview itself through Django's test client. Prints one line a kind:

    cockpit db=sqlite rows=1000000 kind=home requests=100 p50_ms=… p99_ms=… max_ms=… queries=… cpu_ms=… load=…

Kinds: ``value`` of one day, ``history`` of twelve months, ``by_place``, ``pipeline`` of enterprises building and of the directory,
``funnel``, all of the call of the last year on days drawn at random; ``whole_plan`` values over all five calls; ``home`` the page of one
day after it was asked for once; ``home_past`` a page of another day each time, of which nothing is known yet.
One line for the filling: ``cockpit_fill db=… rows=… moves=… seconds=…``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
BEIJING = ZoneInfo("Asia/Shanghai")
TODAY = datetime(2023, 12, 31, 17, 0, tzinfo=BEIJING)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--requests", type=int, default=100, help="for each kind")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PILOTAGE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "pilotage.settings",
            "PILOTAGE_SECRET_KEY": "only-for-the-bench-0123456789-0123456789-0123456789-0123456789",
            "PILOTAGE_ALLOWED_HOSTS": "testserver,localhost",
        }
        os.environ.pop("PILOTAGE_DATABASE_URL", None)
        if options.db == "postgresql":
            from tests.postgres import Cluster

            environment["PILOTAGE_DATABASE_URL"] = Cluster().create("bench")
        os.environ.update(environment)
        import django

        django.setup()
        from pilotage.core import clock

        with clock.at(TODAY):
            prepare(options)
            ask(options)


# --- filling --------------------------------------------------------------------------------
def prepare(options: argparse.Namespace) -> None:
    from django.core.management import call_command
    from django.db import connection

    from bench.cockpit_fill import fill
    from pilotage.calls.models import Move
    from pilotage.registry.models import Division

    started = time.monotonic()
    quiet = open(os.devnull, "w")  # noqa: SIM115  lives as long as the process
    call_command("migrate", verbosity=0, stdout=quiet)
    call_command("seed", stdout=quiet)
    call_command("plan", "load", str(ROOT / "plans" / "industrial-internet-2023"), stdout=quiet)
    places = list(Division.objects.filter(level="province").order_by("code").values_list("code", flat=True))
    fill(options.db, options.rows, _calls(), places, _secretariat().pk)
    _editions()
    moves = Move.objects.count()
    connection.close()
    print(f"cockpit_fill db={options.db} rows={options.rows} moves={moves} seconds={time.monotonic() - started:.1f}", flush=True)


def _calls() -> list[tuple[Any, date]]:
    """The call of the plan and one like it for each year before, its stages so many years earlier."""
    from django.utils.timezone import localdate

    from bench.cockpit_fill import YEARS
    from pilotage.calls.models import Call, CallVersion, Stage

    last = Call.objects.select_related("current").get(slug="5g-factory-directory-2023")
    found = []
    for year in YEARS[:-1]:
        call = Call.objects.create(
            plan=last.plan, slug=f"5g-factory-directory-{year}", year=year, title_zh=f"{year}年5G工厂名录", measure_code=""
        )
        call.current = CallVersion.objects.create(
            call=call, number=1, digest=f"bench-{year}", content=last.current.content, loaded_at=datetime(year, 7, 1, tzinfo=BEIJING)
        )
        call.save()
        for stage in last.stages.all():
            opens, closes = (moment and moment.replace(year=moment.year - 2023 + year) for moment in (stage.opens_at, stage.closes_at))
            options = {**stage.options, "edition": year} if stage.kind == "publish" else stage.options
            Stage.objects.create(
                call=call, key=stage.key, kind=stage.kind, position=stage.position, opens_at=opens, closes_at=closes, options=options,
                title_zh=stage.title_zh, title_en=stage.title_en,
            )  # fmt: skip
        found.append(call)
    return [(call, localdate(call.stages.get(kind="apply").opens_at)) for call in (*found, last)]


def _secretariat() -> Any:
    from pilotage.accounts import services
    from pilotage.accounts.enums import OrganisationKind, Role
    from pilotage.accounts.models import User

    found = User.objects.filter(email="secretariat@bench.example").first()
    if found is None:
        office = services.create_organisation(
            actor=None, kind=OrganisationKind.MINISTRY, name_zh="演示秘书处", name_en="", is_fictional=True
        )
        found = services.create_user(actor=None, email="secretariat@bench.example", name="顾望津", is_fictional=True)
        services.give_role(actor=None, user=found, organisation=office, role=Role.SECRETARIAT)
    return found


def _editions() -> None:
    """What was listed, as an edition for each year."""
    from pilotage.calls.models import Application
    from pilotage.directory.models import Directory, Edition, Entry
    from pilotage.directory.services.counts import recount

    directory = Directory.objects.create(slug="5g-factory", prefix="5GF", title_zh="5G工厂名录", title_en="5G factory directory")
    for call, opens in _all_calls():
        day = opens + timedelta(days=120)
        edition = Edition.objects.create(
            directory=directory, year=call.year, call=call, title_zh=call.title_zh, state="published",
            published_at=datetime(day.year, day.month, day.day, 9, tzinfo=BEIJING),
        )  # fmt: skip
        listed = Application.objects.filter(call=call, state="listed").order_by("pk").values_list("pk", "province_id", "enterprise_id")
        Entry.objects.bulk_create(
            (
                Entry(
                    edition=edition, number=f"5GF-{call.year}-{place:05d}", state="listed", application_id=key, province_id=province,
                    enterprise_id=enterprise, enterprise_name=f"演示企业{enterprise}", listed_on=day,
                )
                for place, (key, province, enterprise) in enumerate(listed)
            ),
            batch_size=400,
        )  # fmt: skip
        recount(edition)


def _all_calls() -> list[tuple[Any, date]]:
    from django.utils.timezone import localdate

    from pilotage.calls.models import Call

    calls = Call.objects.filter(slug__startswith="5g-factory-directory-").order_by("year").prefetch_related("stages")
    return [(call, localdate(call.stage("apply").opens_at)) for call in calls]


# --- asking ---------------------------------------------------------------------------------
def ask(options: argparse.Namespace) -> None:
    from pilotage.calls.flow import selectors as flow
    from pilotage.plan import indicators
    from pilotage.plan.models import Plan

    plan, call = Plan.objects.get(), _all_calls()[-1][0]
    every = [each.pk for each in plan.calls.all()]
    dice = random.Random(7)
    days = [date(2023, 12, 31) - timedelta(days=dice.randrange(0, 330)) for _ in range(options.requests)]
    months = [date(2022 + (12 + month) // 13, (month % 12) + 1, 1) - timedelta(days=1) for month in range(1, 13)]
    building, listed = indicators.get("calls.enterprises_building"), indicators.get("directory.listed")
    of_call, of_edition = {"call": call.slug}, {"directory": "5g-factory", "edition": 2023}
    assert building
    assert listed
    kinds: dict[str, Callable[[date], Any]] = {
        "value": lambda day: building.count(plan, of_call, day),
        "history": lambda _day: building.history(plan, of_call, sorted(months)),
        "by_place": lambda day: building.by_place(plan, of_call, day),
        "whole_plan": lambda day: (flow.building(every, [day]), flow.building_by_place(every, day)),
        "pipeline_building": lambda day: building.pipeline(plan, of_call, day),
        "pipeline_listed": lambda day: listed.pipeline(plan, of_edition, day),
        "funnel": lambda day: flow.funnel(call, day),
    }
    for kind, work in kinds.items():
        measure(options, kind, work, days)
    pages(options, plan, days)


def pages(options: argparse.Namespace, plan: Any, days: list[date]) -> None:
    from django.core.cache import cache
    from django.test import Client
    from django.urls import NoReverseMatch, reverse

    try:
        address = reverse("cockpit:home")
    except NoReverseMatch:
        return
    client = Client()
    client.force_login(_secretariat())

    def get(day: date | None) -> None:
        query = {"plan": plan.slug, **({"as_of": day.isoformat()} if day else {})}
        assert client.get(address, query).status_code == 200

    get(None)
    importlib.import_module("pilotage.wsgi")  # leaves what is loaded by now to nobody to collect, as in service
    measure(options, "home", lambda _day: get(None), days)
    cache.clear()
    past = [date(2023, 12, 30) - timedelta(days=3 * number) for number in range(max(options.requests // 2, 1))]
    measure(options, "home_past", get, past)


def measure(options: argparse.Namespace, kind: str, work: Callable[[date], Any], days: list[date]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work(days[0])
    found, processor = [], time.process_time()
    for day in days:
        started = time.perf_counter()
        work(day)
        found.append((time.perf_counter() - started) * 1000)
    cpu = (time.process_time() - processor) * 1000 / len(days)
    found.sort()
    fields = {
        "db": options.db, "rows": options.rows, "kind": kind, "requests": len(found), "p50_ms": f"{statistics.median(found):.1f}",
        "p99_ms": f"{found[min(len(found) - 1, round(len(found) * 0.99))]:.1f}", "max_ms": f"{found[-1]:.1f}", "cpu_ms": f"{cpu:.1f}",
        "queries": len(seen), "load": f"{os.getloadavg()[0]:.1f}",
    }  # fmt: skip
    print("cockpit", *(f"{name}={value}" for name, value in fields.items()), flush=True)


if __name__ == "__main__":
    main()
