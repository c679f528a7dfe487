"""A call after selection, its notice, edition and entries. All bodies are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pilotage.accounts import codes
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.calls.services.recounting import recount
from pilotage.core import clock
from pilotage.core.search import bigrams
from pilotage.directory import services
from pilotage.directory.enums import EditionState, EntryState
from pilotage.directory.models import Directory, Edition, Entry, EntryScenario, Objection, PublicNotice
from pilotage.review.models import Selection, SelectionRow
from tests.factories import calls
from tests.factories.accounts import Cast, division, enterprise

BEIJING = ZoneInfo("Asia/Shanghai")
SECRETS = ("陆闻舟密", "0512-99887766", "secret@example.org", "演示路秘密1号", "HT-SECRET-01")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


OPENS, CLOSES = moment("2023-11-12 00:00"), moment("2023-11-17 23:59")
BEFORE, DURING, AFTER = "2023-11-10 10:00", "2023-11-14 10:00", "2023-11-18 09:00"
PUBLISHED = "2023-11-29 09:00"


def answers(title: str) -> dict[str, Any]:
    """A filed form with things that must never be published."""
    person, phone, mail, address, contract = SECRETS
    return calls.answers(
        project_title=title,
        contact_name=person,
        contact_phone=phone,
        contact_email=mail,
        site_address=address,
        partners=[
            {"name": "演示通信公司", "role": "operator", "contract_no": contract},
            {"name": "演示设备公司", "role": "equipment", "contract_no": None},
        ],
    )


def application(call: Call, cast: Cast, name: str, state: str, county: str = "320505", title: str = "") -> Application:
    owner = enterprise(name, county)
    title = title or f"{name[2:6]}5G工厂"
    return calls.application(call, cast.filer, owner, state, data=answers(title))


@dataclass
class Stage:
    """A call after selection; ``selected`` in Jiangsu, ``reserve`` in order."""

    call: Call
    selected: list[Application]
    reserve: list[Application]
    selection: Selection
    notice: PublicNotice | None = None
    edition: Edition | None = None
    entries: list[Entry] = field(default_factory=list)


def selected(cast: Cast, count: int = 2, reserve: int = 1) -> Stage:
    call = calls.call()
    chosen = [application(call, cast, f"苏州演示{i}号精密有限公司", ApplicationState.SELECTED) for i in range(1, count + 1)]
    spare = [application(call, cast, f"苏州备选{i}号精密有限公司", ApplicationState.RESERVE) for i in range(1, reserve + 1)]
    selection = Selection.objects.create(
        call=call,
        number=1,
        state="confirmed",
        parameters={},
        inputs_digest="x",
        created_by=cast.secretariat,
        created_at=moment("2023-11-08 10:00"),
    )
    SelectionRow.objects.bulk_create(
        SelectionRow(selection=selection, application=a, position=i, outcome=a.state, reason="rank")
        for i, a in enumerate([*chosen, *spare], 1)
    )
    recount()  # rows made directly came without the acts that keep the counts
    return Stage(call, chosen, spare, selection)


def prepared(cast: Cast, **kwargs: int) -> Stage:
    stage = selected(cast, **kwargs)
    with clock.at(moment(BEFORE)):
        stage.notice = services.prepare_notice(actor=cast.secretariat, call=stage.call, opens_at=OPENS, closes_at=CLOSES)
    return stage


def opened(cast: Cast, **kwargs: int) -> Stage:
    stage = prepared(cast, **kwargs)
    with clock.at(OPENS):
        services.open_notice(actor=cast.secretariat, notice=stage.notice)
    return stage


def objection(stage: Stage, when: str = DURING, email: str = "", **fields: Any) -> Objection:
    """Filed by a proven mailbox, a new one each time unless named, against the first row unless told otherwise."""
    email = email or f"objector{Objection.objects.count()}@example.org"
    given = {"name": "周知情", "text": "该项目的基站数量与现场不符，请到现场核对。", "application": stage.selected[0], **fields}
    proof = codes.proof(email=email, purpose=f"objection:{stage.notice.number}")
    with clock.at(moment(when)):
        return services.object_to(notice=stage.notice, proof=proof, **given)


def heard(cast: Cast, objection: Objection, when: str = DURING) -> Objection:
    """The applicant, who is the cast's own from now on, was asked and has answered."""
    Application.objects.filter(pk=objection.application_id).update(enterprise=cast.enterprise)
    objection.refresh_from_db()
    with clock.at(moment(when)):
        hearing = services.hear_applicant(actor=cast.secretariat, objection=objection, question="请说明基站数量如何统计。")
        services.answer_hearing(actor=cast.filer, hearing=hearing, answer="按竣工验收表统计，共计三十六个。")
    objection.refresh_from_db()
    return objection


def closed(cast: Cast, **kwargs: int) -> Stage:
    stage = opened(cast, **kwargs)
    close(cast, stage.notice)
    return stage


def close(cast: Cast, notice: PublicNotice) -> None:
    with clock.at(max(moment(AFTER), notice.closes_at.replace(microsecond=1))):
        services.propose_close_notice(actor=cast.secretariat, notice=notice)
        services.confirm_close_notice(actor=cast.second_secretariat, notice=notice)


def edition_prepared(cast: Cast, **kwargs: int) -> Stage:
    stage = closed(cast, **kwargs)
    with clock.at(moment("2023-11-20 09:00")):
        stage.edition = services.prepare_edition(actor=cast.secretariat, call=stage.call)
    return stage


def published(cast: Cast, **kwargs: int) -> Stage:
    stage = edition_prepared(cast, **kwargs)
    with clock.at(moment(PUBLISHED)):
        services.propose_publish(actor=cast.secretariat, edition=stage.edition)
        services.confirm_publish(actor=cast.second_secretariat, edition=stage.edition)
    stage.entries = list(stage.edition.entries.select_related("edition__call", "enterprise").order_by("number"))
    return stage


def edition(year: int = 2023, slug: str = "5g-factory", **fields: Any) -> Edition:
    """A published edition without a call, for search tests."""
    directory, _made = Directory.objects.get_or_create(
        slug=slug, defaults={"prefix": "5GF", "title_zh": "5G工厂名录", "title_en": "5G factory directory"}
    )
    defaults = {
        "title_zh": f"{year}年5G工厂名录",
        "state": EditionState.PUBLISHED,
        "published_at": moment(PUBLISHED),
        "is_fictional": True,
        "codes": {
            "scenarios": [{"code": f"{i:02d}", "zh": f"场景{i}", "en": f"Scenario {i}"} for i in range(1, 21)],
            "levels": [{"code": "factory", "zh": "工厂级", "en": "Factory"}],
        },
    }
    return Edition.objects.create(directory=directory, year=year, **{**defaults, **fields})


def entry(
    edition: Edition,
    title: str = "精密减速机5G工厂",
    name: str = "苏州砚舟精密传动有限公司",
    scenarios: tuple[str, ...] = ("04",),
    **fields: Any,
) -> Entry:
    number = f"5GF-{edition.year}-{Entry.objects.filter(edition=edition).count() + 1:04d}"
    calls.industry()
    division("320500")
    defaults = {
        "number": number,
        "state": EntryState.LISTED,
        "enterprise_name": name,
        "project_title": title,
        "province_id": "320000",
        "prefecture_id": "320500",
        "industry_id": "34",
        "level": "factory",
        "listed_on": date(2023, 11, 29),
        "scenario_count": len(scenarios),
        "facts": {"fields": [], "effects": [], "scenarios": dict.fromkeys(scenarios, "说明")},
        "is_fictional": True,
        "bigrams": bigrams(f"{title} {name} {number}"),
    }
    made = Entry.objects.create(edition=edition, **{**defaults, **fields})
    EntryScenario.objects.bulk_create(EntryScenario(entry=made, edition=edition, code=code) for code in scenarios)
    return made
