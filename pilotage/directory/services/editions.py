from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import facts, rules
from pilotage.directory.enums import IN_FORCE, NoticeState
from pilotage.directory.models import Directory, Edition, Entry, EntryScenario
from pilotage.directory.services.copying import copy_facts
from pilotage.directory.services.counts import recount
from pilotage.directory.services.entries import set_label
from pilotage.directory.services.proposals import waiting
from pilotage.directory.terms import after_years
from pilotage.registry.models import Title


@transaction.atomic
def prepare_edition(*, actor: Any, call: Call) -> Edition:
    """Number the applications that stood their notice, by province code and enterprise name, and copy their public facts.

    Nothing is public yet: publishing takes two people.
    """
    rules.can_manage(actor, call).require()
    _require_notices_closed(call)
    if call.editions.exists():
        raise Conflict(_("The edition of this call has been prepared already."))
    applications = list(
        Application.objects.filter(call=call, state=ApplicationState.IN_NOTICE)
        .select_related("enterprise", "version")
        .order_by("province_id", "enterprise__name_zh", "number")
    )
    if not applications:
        raise Invalid(_("No application has stood its notice."))
    edition = _create_edition(call, applications)
    entries = Entry.objects.bulk_create(_entries(edition, applications), batch_size=500)
    _write_scenarios(edition, entries)
    audit.record(edition, "directory.edition.prepare", actor=actor, extra={"entries": [entry.number for entry in entries]})
    return edition


def propose_publish(*, actor: Any, edition: Edition) -> Proposal:
    return audit.propose(edition, "publish", actor=actor)


@transaction.atomic
def confirm_publish(*, actor: Any, edition: Edition) -> Edition:
    """Second person: entries and applications become listed, titles are granted, counts are made.

    The first re-evaluation falls due after the term the call file gives, if it gives one.
    """
    now = clock.now()
    audit.confirm(waiting(edition, "publish"), edition, actor=actor, changes={"published_at": now})
    entries = list(edition.entries.select_related("edition__call", "application__call").order_by("number"))
    day = clock.today()
    terms = {"listed_on": day, "next_evaluation_on": _next_evaluation(edition.call, day)}
    audit.transition_many(entries, "list", actor=actor, changes=lambda _entry: terms)
    audit.transition_many([entry.application for entry in entries if entry.application], "list", actor=actor)
    _grant_titles(edition, entries, day)
    _label_earlier(actor, edition, entries)
    recount(edition)
    return edition


def _require_notices_closed(call: Call) -> None:
    if call.notices.exclude(state=NoticeState.CLOSED).exists():
        raise Refused(_("A notice of this call is not closed yet."))
    if not call.notices.exists():
        raise Refused(_("This call has had no public notice."))
    if Application.objects.filter(call=call, state=ApplicationState.SELECTED).exists():
        raise Refused(_("Selected applications still wait for a supplementary notice."))


def ensure_directory(*, slug: str, prefix: str, title_zh: str, title_en: str) -> Directory:
    directory, _created = Directory.objects.get_or_create(
        slug=slug, defaults={"prefix": prefix, "title_zh": title_zh, "title_en": title_en}
    )
    return directory


def _create_edition(call: Call, applications: list[Application]) -> Edition:
    stage = call.stage(StageKind.PUBLISH)
    options: dict[str, Any] = stage.options if stage else {}
    directory = ensure_directory(
        slug=options.get("directory") or call.slug,
        prefix=options.get("prefix") or call.slug.upper(),
        title_zh=_without_year(call.title_zh),
        title_en=_without_year(call.title_en),
    )
    return Edition.objects.create(
        directory=directory,
        year=int(options.get("edition") or call.year),
        call=call,
        notice=call.notices.order_by("number").first(),
        title_zh=call.title_zh,
        title_en=call.title_en,
        is_fictional=any(application.enterprise.is_fictional for application in applications),
        codes=facts.scenario_codes(call.current.content) if call.current else {},
    )


def _without_year(title: str) -> str:
    return re.sub(r"^\d{4}年|\s*\b\d{4}$", "", title).strip()


def _entries(edition: Edition, applications: list[Application]) -> list[Entry]:
    width = max(4, len(str(len(applications))))
    return [
        _entry(edition, application, f"{edition.directory.prefix}-{edition.year}-{position:0{width}d}")
        for position, application in enumerate(applications, start=1)
    ]


def _entry(edition: Edition, application: Application, number: str) -> Entry:
    enterprise = application.enterprise
    entry = Entry(
        edition=edition,
        number=number,
        application=application,
        enterprise=enterprise,
        enterprise_name=enterprise.name_zh,
        is_fictional=enterprise.is_fictional,
    )
    copy_facts(entry, application)
    return entry


def _write_scenarios(edition: Edition, entries: list[Entry]) -> None:
    EntryScenario.objects.bulk_create(
        (
            EntryScenario(entry=entry, edition=edition, code=code, description=description)
            for entry in entries
            for code, description in entry.facts["scenarios"].items()
        ),
        batch_size=2000,
    )


def _next_evaluation(call: Call | None, day: date) -> date | None:
    return after_years(day, _option(call, StageKind.RE_EVALUATE, "every_years"))


def _option(call: Call | None, kind: str, name: str) -> Any:
    stage = call.stage(kind) if call else None
    return stage.options.get(name) if stage else None


def _label_earlier(actor: Any, edition: Edition, entries: list[Entry]) -> None:
    """Where the call picks from what is listed already, the earlier entry carries the label as well."""
    label = _option(edition.call, StageKind.PUBLISH, "label")
    chosen = [entry.application for entry in entries if entry.application] if label else []
    if not chosen:
        return
    held: dict[int, list[Entry]] = defaultdict(list)
    for earlier in Entry.objects.filter(_picked_from(edition.call, chosen), state__in=IN_FORCE).order_by("number"):
        held[earlier.enterprise_id or 0].append(earlier)
    for application in chosen:
        for earlier in _meant(application, held[application.enterprise_id]):
            set_label(actor=actor, entry=earlier, label=label, reason=edition.title_zh)


def _picked_from(call: Call | None, chosen: list[Application]) -> Q:
    """What the applications renew, and the applicants' entries in the directories that the call's conditions name."""
    conditions = call.current.content.get("eligibility") or [] if call and call.current else []
    named = [each["directory"] for each in conditions if each["rule"] == "holds" and each.get("directory")]
    listed = Q(edition__directory__slug__in=named, enterprise__in={application.enterprise_id for application in chosen})
    return listed | Q(application__in=[application.renews_id for application in chosen if application.renews_id])


def _meant(application: Application, held: list[Entry]) -> list[Entry]:
    """Of several entries of the applicant, the one renewed, else the one whose number the form gives; none where neither says."""
    if application.renews_id:
        return [entry for entry in held if entry.application_id == application.renews_id]
    if len(held) == 1:
        return held
    given = {value.strip() for value in application.data.values() if isinstance(value, str)}
    return [entry for entry in held if entry.number in given]


def _grant_titles(edition: Edition, entries: list[Entry], day: date) -> None:
    call = edition.call
    until = after_years(day, _option(call, StageKind.PUBLISH, "valid_years"))
    Title.objects.bulk_create(
        Title(
            enterprise_id=entry.enterprise_id,
            name=edition.directory.title_zh,
            issuer=call.plan.issuer_zh if call else "",
            batch=edition.title_zh[:100],
            granted_on=day,
            valid_until=until,
            source=entry.number,
        )
        for entry in entries
        if entry.enterprise_id
    )
