"""The last minutes before a deadline: does everything that was acknowledged arrive, and does a submission get through?

Fills an empty database with fictional applicants, each with one complete draft of the 5G factory call, sets the clock to
a quarter of an hour before the deadline and serves it with `pilotage serve` and two web processes, worker and post
included. Then, over loopback: every applicant's page saves one field every 20 s, a part of the applicants submits,
evenly spread over the last four fifths of the time, and follows to the receipt. Closed load: a person has one request on the way
at most; all share ``--connections`` kept connections, as a reverse proxy in front would. Times are counted from the moment a
person wanted to, waiting for a free connection included. An autosave answered 503 comes again after its Retry-After with
the newest text, as saving.js does. The load ends after ``--minutes``; what still waits is sent in at most a minute more.

Prints for each kind of request (autosave, form, submission, receipt) and at the end, looked up in the database itself:

    storm db=… applicants=… minutes=… kind=… wanted=… done=… shed=… other=… p50_ms=… p99_ms=… max_ms=…
    storm_saved db=… … p50_s=… p99_s=… max_s=…    from typing a text until it, or a newer one, was acknowledged
    storm_machine db=… machine=… site=… people=… others=…    cores in use: all, site and database, these people, other work
    storm_verified db=… values=… lost=… submissions=… lost_submissions=… unsent=… chain=…

Ends with code 1 when anything acknowledged is not there. 1,000 of 3,000 applicants submit in 5 minutes; other sizes in proportion.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.crowd import FIELD, SECTION, Storm  # noqa: E402  when run as a script

BEIJING = ZoneInfo("Asia/Shanghai")
BEFORE_THE_DEADLINE = datetime(2023, 8, 31, 16, 45, tzinfo=BEIJING)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applicants", type=int, default=3000)
    parser.add_argument("--submit", type=int, help="how many of them submit (default: 1,000 in five minutes of 3,000, in proportion)")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--shed-above", type=int, help="PILOTAGE_AUTOSAVES_SHED_ABOVE of the server (default: the site's)")
    options = parser.parse_args()
    if options.submit is None:
        options.submit = round(options.applicants / 3 * min(options.minutes, 5) / 5)
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(measure(options, Path(folder)))


def measure(options: argparse.Namespace, folder: Path) -> int:
    from tests.e2e.server import Server

    url = ""
    if options.db == "postgresql":
        from tests.postgres import Cluster

        url = Cluster().create("storm")
    further: dict[str, Any] = {} if options.shed_above is None else {"PILOTAGE_AUTOSAVES_SHED_ABOVE": str(options.shed_above)}
    server = Server(folder / "site", database_url=url, workers=2, **further)
    server.run("migrate", "-v", "0")
    people = folder / "people.json"
    server.shell(f"from bench.storm import fill; fill({options.applicants}, {str(people)!r})")
    stand_before_the_deadline(server.data_dir)
    server.start()
    try:
        storm = Storm(server.port, json.loads(people.read_text()), options)
        asyncio.run(storm.blow())
    finally:
        server.stop()
    storm.report()
    kept = folder / "kept.json"
    kept.write_text(json.dumps([vars(person) for person in storm.people], default=list))
    found = json.loads(server.shell(f"from bench.storm import look; look({str(kept)!r})").splitlines()[-1])
    chain = "broken" if "FAULT" in server.run("verify", check=False).stdout else "whole"
    unsent = sum(person.typed != person.kept_text for person in storm.people)
    storm.line("storm_verified", **found, unsent=unsent, chain=chain)
    return 1 if found["lost"] or found["lost_submissions"] or chain != "whole" else 0


def stand_before_the_deadline(data_dir: Path) -> None:
    offset = (BEFORE_THE_DEADLINE - datetime.now(tz=BEIJING)).total_seconds()
    (data_dir / "demo.json").write_text(json.dumps({"stage": "apply", "clock_offset_seconds": offset}))


# --- filling, inside the installation ---------------------------------------------------------
def fill(count: int, into: str) -> None:
    from django.conf import settings

    from pilotage.calls.models import Call
    from pilotage.core import clock
    from pilotage.plan import services as plans
    from pilotage.registry import services as registry

    registry.load_reference_data()
    with clock.at(BEFORE_THE_DEADLINE - timedelta(days=3)):
        plans.load_folder(settings.PLAN_DIR, actor=None)
        call = Call.objects.get(slug="5g-factory-directory-2023")
        firms = enterprises(count)
        filers = people_of(firms)
        rows = drafts(call, firms, filers)
        evidence(rows)
    made = [
        {"pk": row.pk, "number": row.number, "session": session, "text": row.data[FIELD], "seen": drawn(row)}
        for row, session in zip(rows, sessions(filers), strict=True)
    ]
    Path(into).write_text(json.dumps(made))


def enterprises(count: int) -> list[Any]:
    from stdnum.cn import uscc

    from pilotage.core import clock
    from pilotage.registry.models import Division, Enterprise

    now = clock.now()
    cities = list(Division.objects.filter(level="prefecture", is_pseudo=False).order_by("code"))
    made = []
    for n in range(count):
        city = cities[n % len(cities)]
        body = f"91{city.code}MA{n:07d}"
        made.append(
            Enterprise(
                name_zh=f"{city.short_zh}试风{n:05d}精密有限公司", uscc=body + uscc.calc_check_digit(body), ownership="private",
                province_id=city.parent_id, prefecture_id=city.pk, is_fictional=True, created_at=now, updated_at=now,
            )
        )  # fmt: skip
    return Enterprise.objects.bulk_create(made, batch_size=500)


def people_of(firms: list[Any]) -> list[Any]:
    """A filer of each enterprise."""
    from pilotage.accounts.models import Membership, Organisation, User
    from pilotage.core import clock

    users = [User(email=f"filer{n}@storm.example", name=f"申报{n}", password="!", is_fictional=True) for n in range(len(firms))]
    users = User.objects.bulk_create(users, batch_size=500)
    bodies = [Organisation(kind="enterprise", name_zh=firm.name_zh, enterprise=firm, is_fictional=True) for firm in firms]
    bodies = Organisation.objects.bulk_create(bodies, batch_size=500)
    Membership.objects.bulk_create(
        [Membership(user=user, organisation=body, role="filer", started_at=clock.now()) for user, body in zip(users, bodies, strict=True)],
        batch_size=500,
    )
    return users


def drafts(call: Any, firms: list[Any], filers: list[Any]) -> list[Any]:
    """Complete but for the statement, which is made with the submission."""
    from pilotage.calls.models import Application, Recommender
    from pilotage.core import clock
    from tests.factories.calls import answers, columns_of

    now = clock.now()
    recommender_of = {each.province_id: each.pk for each in Recommender.objects.filter(kind="province")}
    made = []
    for n, (firm, filer) in enumerate(zip(firms, filers, strict=True)):
        data = answers(project_title=f"精密减速机5G工厂{n}", site_division=firm.prefecture_id, truth_statement=None)
        made.append(
            Application(
                call=call, version=call.current, enterprise=firm, recommender_id=recommender_of.get(firm.province_id),
                number=f"5GF-2023-S-{n:05d}", data=data, province_id=firm.province_id, prefecture_id=firm.prefecture_id,
                created_by=filer, created_at=now, updated_at=now, **columns_of(call, data),
            )
        )  # fmt: skip
    return Application.objects.bulk_create(made, batch_size=500)


def evidence(rows: list[Any]) -> None:
    """The one file that the form requires, of each."""
    import hashlib

    from django.core.files.base import ContentFile

    from pilotage.calls.models import Attachment
    from pilotage.core import clock

    made = []
    for row in rows:
        content = f"%PDF-1.7 {row.number}".encode()
        attachment = Attachment(
            application=row, field="evidence_network", name="合同.pdf", content_type="application/pdf", size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), uploaded_by_id=row.created_by_id, uploaded_at=clock.now(), scan="clean", preview="none",
        )  # fmt: skip
        attachment.file.save("", ContentFile(content), save=False)
        made.append(attachment)
    Attachment.objects.bulk_create(made, batch_size=500)


def drawn(row: Any) -> str:
    """What the page that the person has open shows around the fields, by name."""
    from django.utils.translation import override

    from pilotage.web.calls.fields import section_of
    from pilotage.web.calls.sheet import Sheet

    with override("zh-hans"):
        sheet = Sheet(row)
        return sheet.look(section_of(sheet.form.sections, SECTION), {}, everything=False, asked=False)


def sessions(users: list[Any]) -> list[str]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    store: Any = SessionStore()
    until, backend = timezone.now() + timedelta(hours=12), "allauth.account.auth_backends.AuthenticationBackend"
    made = [
        Session(
            session_key=store._get_new_session_key(),
            session_data=store.encode(
                {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash()}
            ),
            expire_date=until,
        )
        for user in users
    ]
    Session.objects.bulk_create(made, batch_size=500)
    return [session.session_key for session in made]


# --- looking, inside the installation -----------------------------------------------------------
def look(kept: str) -> None:
    """What the site acknowledged against what the database holds: every text in the history, the last one in the answers."""
    from pilotage.calls.models import Application, FieldChange, Revision

    people = json.loads(Path(kept).read_text())
    rows = {row.pk: row for row in Application.objects.only("state", "data", "submitted_at")}
    history: dict[int, set[Any]] = defaultdict(set)
    for pk, value in FieldChange.objects.filter(key=FIELD).values_list("application_id", "value"):
        history[pk].add(value)
    revisions = {revision.application_id: revision for revision in Revision.objects.filter(number=1).select_related("receipt")}
    values = lost = lost_submissions = 0
    for person in people:
        row, texts = rows[person["pk"]], person["kept"]
        values += len(texts)
        lost += sum(text not in history[row.pk] for text in texts)
        lost += bool(texts) and row.data[FIELD] not in {texts[-1], *person["doubtful"]}
        if person["submitted"]:
            lost_submissions += not is_filed(row, revisions.get(row.pk))
    submissions = sum(person["submitted"] for person in people)
    print(json.dumps({"values": values, "lost": lost, "submissions": submissions, "lost_submissions": lost_submissions}))


def is_filed(row: Any, revision: Any) -> bool:
    from django.core.exceptions import ObjectDoesNotExist

    if revision is None or row.state != "submitted" or row.submitted_at is None:
        return False
    with contextlib.suppress(ObjectDoesNotExist):
        return bool(revision.receipt.signature) and revision.data == row.data and bool(row.data.get("truth_statement"))
    return False


if __name__ == "__main__":
    main()
