"""Named reads of calls and applications. Query costs are stated where they are not one."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, memberships_as, roles_of
from pilotage.calls import scope
from pilotage.calls.deadlines import before_deadline, deadline, filing_open, moment, open_stages, stage_open
from pilotage.calls.enums import (
    DIRECT_RECOMMENDERS,
    PUBLIC_STATE,
    RECOMMENDED_OR_LATER,
    WITH_CITY,
    ApplicationKind,
    ApplicationState,
    CosignDecision,
    RecommenderKind,
    StageKind,
)
from pilotage.calls.flow import selectors as flow
from pilotage.calls.flow.selectors import standing_on
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import in_sequence
from pilotage.calls.models import Application, Attachment, BuildingSpan, Call, CallVersion, Partner, Quota, Recommender
from pilotage.calls.papers.summary import SUMMARY_COLUMNS, SummaryRow, summary_rows
from pilotage.core import clock
from pilotage.core.prepared import Prepared
from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.models import Enterprise

# read by other rooms and pages from here, though they are written in modules of their own
__all__ = ["SUMMARY_COLUMNS", "SummaryRow", "before_deadline", "deadline", "filing_open", "open_stages", "stage_open", "summary_rows"]

ON_LIST = RECOMMENDED_OR_LATER | {ApplicationState.SHORTLISTED}
# an update that was handed in and neither returned nor declined nor taken back
STANDING_UPDATES = frozenset({*WITH_CITY, ApplicationState.CHECKED, ApplicationState.UPDATE_CONFIRMED})
APPLICANTS = frozenset({Role.FILER, Role.LEGAL_REPRESENTATIVE})
_MOST_FORMS = 64
_forms: OrderedDict[tuple[int, str], FormDef] = OrderedDict()
_contents: OrderedDict[tuple[int, str], dict[str, Any]] = OrderedDict()


def form_of(version: CallVersion) -> FormDef:
    """The parsed form of a version; parsed once per process."""
    key = (version.pk, version.digest)
    if key not in _forms:
        _forms[key] = FormDef.parse(version.content.get("form") or {}, version.content.get("codes") or {})
        if len(_forms) > _MOST_FORMS:
            _forms.popitem(last=False)
    return _forms[key]


def with_content(version: CallVersion) -> CallVersion:
    """A version whose content was deferred, with it; a version never changes, so it is read and parsed once per process."""
    key = (version.pk, version.digest)
    if key not in _contents:
        _contents[key] = version.content
        if len(_contents) > _MOST_FORMS:
            _contents.popitem(last=False)
    version.content = _contents[key]
    return version


# --- an application -------------------------------------------------------------------------
REGISTRY_PATHS = (
    "name_zh", "name_en", "short_zh", "uscc", "province", "prefecture", "county", "address", "industry", "ownership", "size",
    "is_legal_person",
)  # fmt: skip


def registry_values(enterprise: Enterprise) -> dict[str, str]:
    """What the register holds, as the form's registry fields name it: ``enterprise.name_zh`` …"""
    return {f"enterprise.{name}": _shown(enterprise, name) for name in REGISTRY_PATHS}


def _shown(enterprise: Enterprise, name: str) -> str:
    display = getattr(enterprise, f"get_{name}_display", None)
    value = display() if display else getattr(enterprise, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def attachments_of(application: Application, partner: Partner | None = None) -> list[Attachment]:
    """The files of the lead, or of one partner's part."""
    if partner is not None:
        found = list(application.attachments.filter(removed_at__isnull=True, partner=partner).select_related("uploaded_by"))
    else:
        found = _attachments_of.rows(application.pk)
    for attachment in found:
        attachment.application = application
    return found


_attachments_of = Prepared(
    lambda application: Attachment.objects.filter(application=application, partner__isnull=True, removed_at__isnull=True).select_related(
        "uploaded_by"
    )
)


def attachment_counts(application: Application, partner: Partner | None = None) -> dict[str, int]:
    return Counter(application.attachments.filter(removed_at__isnull=True, partner=partner).values_list("field", flat=True))


def basis_of(renews: Application, *, before: int | None = None) -> Application:
    """What a renewal starts from: the update of the listed project filed last and not sent back, else its own application. One query.

    ``before`` is the key of the renewal itself, once it has one.
    """
    updates = renews.renewals.filter(kind=ApplicationKind.UPDATE, state__in=STANDING_UPDATES)
    if before is not None:
        updates = updates.filter(pk__lt=before)
    return updates.select_related("version", "call").order_by("-pk").first() or renews


def repeated_files(actor: Any, application: Application) -> list[tuple[Attachment, Application]]:
    """Files of the application that were uploaded to another one too, of those the actor may see. Two queries.

    A file that a renewal carried over was uploaded once and is no repetition.
    """
    own = {attachment.sha256: attachment for attachment in attachments_of(application)}
    others = (
        Attachment.objects.filter(sha256__in=own, removed_at__isnull=True)
        .filter(application__in=Application.objects.filter(scope.visible(actor)))
        .exclude(application=application)
        .select_related("application", "application__enterprise")
    )
    return [(own[other.sha256], other.application) for other in others if other.file.name != own[other.sha256].file.name]


def share_relations(applications: Sequence[Application]) -> Sequence[Application]:
    """Give the rows one common object per call (stages included) and recommender, so rules cost no query each. Three queries at most."""
    prefetch_related_objects(applications, "call__stages", "recommender")
    return applications


def applications_for_list(actor: Any, call: Call | None = None) -> QuerySet[Application]:
    """What the actor may see, with everything a row shows. Three queries whatever the rows; the form's content stays behind."""
    rows = Application.objects.filter(scope.visible(actor)).select_related("enterprise", "province", "prefecture", "county", "industry")
    rows = rows.prefetch_related("call__stages", "recommender").defer("data", "field_versions", "bigrams")
    return rows.filter(call=call) if call else rows


def state_for(actor: Any, application: Application) -> ApplicationState:
    """The state as this actor may know it: the enterprise learns the outcome with the public notice."""
    state = ApplicationState(application.state)
    is_applicant = application.enterprise_id in enterprise_ids(actor) or roles_of(actor) <= APPLICANTS  # the latter: a partner's
    if state not in PUBLIC_STATE or not is_applicant or outcome_is_public(application.call):
        return state
    return PUBLIC_STATE[state]


def outcome_is_public(call: Call) -> bool:
    """Whether a public notice of the call has been opened. One query per call object."""
    known = getattr(call, "_outcome_is_public", None)
    if known is None:
        announced = (ApplicationState.IN_NOTICE, ApplicationState.EXCLUDED, ApplicationState.LISTED)
        known = call._outcome_is_public = Application.objects.filter(call=call, state__in=announced).exists()  # type: ignore[attr-defined]
    return known


# --- recommenders ---------------------------------------------------------------------------
def recommender_choices(call: Call, enterprise: Enterprise) -> list[Recommender]:
    """Who may put this applicant forward in the call; the usual one comes first. A planned city stands in for its province. One query."""
    content = call.current.content if call.current else {}
    kinds = content.get("recommended_by") or [RecommenderKind.PROVINCE, RecommenderKind.PLANNED_CITY]
    province = enterprise.province_id
    found = list(
        Recommender.objects.filter(kind__in=kinds)
        .filter(
            Q(kind=RecommenderKind.PLANNED_CITY, prefecture__isnull=False, prefecture=enterprise.prefecture_id)
            | Q(kind__in=[RecommenderKind.PROVINCE, RecommenderKind.COMMUNICATIONS, RecommenderKind.XPCC], province=province)
            | Q(
                kind=RecommenderKind.CENTRAL_ENTERPRISE,
                organisation__enterprise__isnull=False,
                organisation__enterprise=enterprise.group_id,
            )
            | Q(kind=RecommenderKind.BUREAU, organisation__isnull=False)
        )
        .order_by("code")
    )
    if any(each.kind == RecommenderKind.PLANNED_CITY for each in found):
        found = [each for each in found if each.kind != RecommenderKind.PROVINCE]
    usual = list(RecommenderKind.values)
    return sorted(found, key=lambda each: (each.kind != RecommenderKind.PLANNED_CITY, usual.index(each.kind), each.code))


def recommenders_of(actor: Any) -> list[Recommender]:
    """Every recommender whose list the actor decides. One query."""
    condition = Q(pk__in=[])
    for membership in memberships_as(actor, *scope.RECOMMENDING):
        division = membership.organisation.division_id
        if membership.role == Role.RECOMMENDING_OFFICER:
            condition |= Q(organisation=membership.organisation_id)
        elif membership.role == Role.COMMUNICATIONS_OFFICER:
            condition |= Q(kind=RecommenderKind.COMMUNICATIONS, province=division)
        else:
            condition |= Q(kind=RecommenderKind.PLANNED_CITY, prefecture=division)
            if membership.role == Role.PROVINCE_OFFICER:
                condition |= Q(kind=RecommenderKind.PROVINCE, province=division)
    return list(Recommender.objects.filter(condition).order_by("code"))


def has_own_list(actor: Any) -> bool:
    """Whether a communications administration has a list of its own: in a call that still takes recommendations, or one it has used. One query."""
    own = Q(pk__in=[])
    for membership in memberships_as(actor, Role.COMMUNICATIONS_OFFICER):
        own |= Q(kind=RecommenderKind.COMMUNICATIONS, province=membership.organisation.division_id)
    running = Q(quotas__call__stages__kind=StageKind.RECOMMEND, quotas__call__stages__closes_at__gt=clock.now())
    return Recommender.objects.filter(own).filter(running | Q(applications__submitted_at__isnull=False)).exists()


# --- desks ----------------------------------------------------------------------------------
def desk_counts(actor: Any, call: Call) -> dict[str, int]:
    """Visible applications by state, and by the groups ``to_check``, ``to_cosign``, ``on_list`` and ``total``. One query."""
    rows = (
        Application.objects.filter(scope.visible(actor), call=call).order_by().values_list("state", "cosign").annotate(number=Count("pk"))
    )
    counts = dict.fromkeys(ApplicationState.values, 0) | {"to_check": 0, "to_cosign": 0, "on_list": 0, "total": 0}
    for state, cosign, number in rows:
        counts[state] += number
        counts["total"] += number
        counts["to_check"] += number if state in WITH_CITY else 0
        counts["on_list"] += number if state in ON_LIST else 0
        counts["to_cosign"] += number if state == ApplicationState.SHORTLISTED and not cosign else 0
    return counts


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """``limit`` None: no quota is applied. ``used`` counts shortlisted and sent; ``cosigned`` those of them co-signed."""

    limit: int | None
    is_verified: bool
    used: int
    shortlisted: int
    recommended: int
    cosigned: int
    waiting_for_cosign: int
    refused_by_cosign: int
    cities_covered: int
    cities_applying: int

    @property
    def remaining(self) -> int | None:
        return None if self.limit is None else max(self.limit - self.used, 0)

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.used >= self.limit


def quota_status(call: Call, recommender: Recommender) -> QuotaStatus:
    """Two queries."""
    listed = Q(state__in=ON_LIST)
    waiting = Q(state=ApplicationState.SHORTLISTED)
    figures = Application.objects.filter(call=call, recommender=recommender, submitted_at__isnull=False).aggregate(
        shortlisted=Count("pk", filter=waiting),
        recommended=Count("pk", filter=Q(state__in=RECOMMENDED_OR_LATER)),
        cosigned=Count("pk", filter=listed & Q(cosign=CosignDecision.SIGNED)),
        waiting_for_cosign=Count("pk", filter=waiting & Q(cosign="")),
        refused_by_cosign=Count("pk", filter=waiting & Q(cosign=CosignDecision.REFUSED)),
        cities_covered=Count("prefecture", filter=listed, distinct=True),
        cities_applying=Count("prefecture", distinct=True),
    )
    quota = Quota.objects.filter(call=call, recommender=recommender).first()
    used = figures["shortlisted"] + figures["recommended"]
    return QuotaStatus(limit=quota.limit if quota else None, is_verified=bool(quota and quota.is_verified), used=used, **figures)


@dataclass(frozen=True, slots=True)
class ShortlistPreview:
    """What shortlisting these would do. ``skipped`` are not in a state to be shortlisted."""

    limit: int | None
    used: int
    after: int
    added: int
    skipped: int
    cities_covered: int
    without_cosign: int
    verdict: Verdict


def shortlist_preview(actor: Any, call: Call, recommender: Recommender, applications: Sequence[Application]) -> ShortlistPreview:
    """Three queries. ``actor`` limits the applications to those visible."""
    wanted = Application.objects.filter(
        scope.visible(actor), pk__in=[a.pk for a in applications], call=call, recommender=recommender, state=ApplicationState.CHECKED
    )
    status = quota_status(call, recommender)
    cities = set(wanted.values_list("pk", "prefecture"))
    covered = set(
        Application.objects.filter(call=call, recommender=recommender, state__in=ON_LIST).values_list("prefecture", flat=True).order_by()
    )
    added, after = len(cities), status.used + len(cities)
    return ShortlistPreview(
        limit=status.limit,
        used=status.used,
        after=after,
        added=added,
        skipped=len(applications) - added,
        cities_covered=len((covered | {city for _pk, city in cities}) - {None}),
        without_cosign=status.waiting_for_cosign + status.refused_by_cosign + added,
        verdict=quota_verdict(status, added),
    )


def quota_verdict(status: QuotaStatus, added: int) -> Verdict:
    if status.limit is None or status.used + added <= status.limit:
        return YES
    return no(
        _("The quota is %(limit)s; %(used)s are on the list, and %(added)s more would exceed it.")
        % {"limit": status.limit, "used": status.used, "added": added}
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the things that must hold before a list can be sent."""

    key: str
    is_met: bool
    sentence: str


def send_list_conditions(call: Call, recommender: Recommender, status: QuotaStatus | None = None) -> list[Condition]:
    """Quota and co-signatures (and that there is something to send), each with the sentence to show."""
    status = status or quota_status(call, recommender)
    over = status.limit is not None and status.used > status.limit
    conditions = [
        Condition("list", status.shortlisted > 0, _("Nothing is shortlisted.") if not status.shortlisted else ""),
        Condition("quota", not over, _over_quota(status) if over else ""),
    ]
    stage = call.stage(StageKind.RECOMMEND)
    if stage and stage.options.get("cosign") and recommender.kind not in DIRECT_RECOMMENDERS:
        conditions.append(_cosign_condition(status))
    return conditions


def _over_quota(status: QuotaStatus) -> str:
    return _("The quota is %(limit)s, but %(used)s are on the list.") % {"limit": status.limit, "used": status.used}


def _cosign_condition(status: QuotaStatus) -> Condition:
    parts = []
    if status.waiting_for_cosign:
        text = ngettext("%(count)s has not been co-signed yet.", "%(count)s have not been co-signed yet.", status.waiting_for_cosign)
        parts.append(text % {"count": status.waiting_for_cosign})
    if status.refused_by_cosign:
        text = ngettext(
            "%(count)s was refused by the communications administration and must leave the list.",
            "%(count)s were refused by the communications administration and must leave the list.",
            status.refused_by_cosign,
        )
        parts.append(text % {"count": status.refused_by_cosign})
    return Condition("cosign", not parts, in_sequence(parts))


def send_list_verdict(actor: Any, call: Call, recommender: Recommender) -> Verdict:
    """Who, when, quota, co-signatures: the sentence lists everything that is missing."""
    officers = memberships_as(actor, *scope.RECOMMENDING, call=call)
    stage = call.stage(StageKind.RECOMMEND)
    closed = bool(stage and stage.closes_at and clock.now() >= stage.closes_at)
    if not any(scope.acts_for(membership, recommender) for membership in officers):
        if not (closed and memberships_as(actor, Role.SECRETARIAT, call=call)):
            return no(_("Only the recommending department sends its list."))
        closed = False
    missing = [condition.sentence for condition in send_list_conditions(call, recommender) if not condition.is_met]
    if closed and not _has_corrections(call, recommender):
        missing.append(_("“%(stage)s” closed on %(moment)s.") % {"stage": stage.title, "moment": moment(stage.closes_at)})  # type: ignore[union-attr,arg-type]
    return no(in_sequence(missing)) if missing else YES


def _has_corrections(call: Call, recommender: Recommender) -> bool:
    """Whether everything on the list came back from the secretariat and so follows its later deadline."""
    waiting = Application.objects.filter(call=call, recommender=recommender, state=ApplicationState.SHORTLISTED)
    return not share_and_any_late(list(waiting))


def share_and_any_late(applications: list[Application]) -> bool:
    share_relations(applications)
    return any(not before_deadline(application, StageKind.RECOMMEND) for application in applications)


def last_rank(call: Call, recommender: Recommender, *, sent_only: bool = False) -> int:
    rows = Application.objects.filter(call=call, recommender=recommender, rank__isnull=False)
    if sent_only:
        rows = rows.exclude(state=ApplicationState.SHORTLISTED)
    return rows.aggregate(last=Max("rank"))["last"] or 0


# --- counting for the plan ------------------------------------------------------------------
def applications_building(calls: Iterable[str], as_of: date | None = None) -> QuerySet[Application]:
    """Applications filed to one of these calls (by slug), not withdrawn, whose project is under construction or built as filed.

    ``as_of``: as it stood at the end of that day; what was withdrawn or corrected later still counts on it.
    """
    spans = BuildingSpan.objects.filter(standing_on(as_of or clock.today()), call__slug__in=list(calls))
    return Application.objects.filter(pk__in=spans.order_by().values("application"))


def enterprises_building(calls: Iterable[str], as_of: date | None = None) -> QuerySet[Enterprise]:
    """The enterprises behind :func:`applications_building`, each once."""
    spans = BuildingSpan.objects.filter(standing_on(as_of or clock.today()), call__slug__in=list(calls))
    return Enterprise.objects.filter(pk__in=spans.order_by().values("enterprise"))


def building_by_province(calls: Iterable[Call], as_of: date | None = None) -> dict[str, int]:
    """Province code -> number of such enterprises, each once; a planned city counts for its province. One query."""
    found = flow.building_by_place([call.pk for call in calls], as_of or clock.today())
    return {province: number for province, number in found.items() if province}
