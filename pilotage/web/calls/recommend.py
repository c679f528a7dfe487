"""The province's desk: quota, conditions, ranking, returned papers, recent acts and the summary table on one page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.accounts.models import Membership
from pilotage.accounts.rules import memberships_as
from pilotage.calls import deadlines, scope, selectors, services
from pilotage.calls.enums import WITH_CITY, ApplicationKind, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call, Recommender
from pilotage.calls.papers import summary as summary_table
from pilotage.core import clock, keyset
from pilotage.core.verdict import Invalid
from pilotage.registry.enums import Ownership
from pilotage.web.calls import acts, context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import Row, rows

S = ApplicationState
OFFICERS = scope.RECOMMENDING
TABS: dict[str, frozenset[str] | None] = {
    "city": frozenset(WITH_CITY),
    "rank": frozenset({S.CHECKED, S.SHORTLISTED, S.RECOMMENDED}),
    "returned": frozenset({S.RETURNED}),
    "declined": frozenset({S.NOT_RECOMMENDED}),
    "updates": frozenset({S.CHECKED, S.UPDATE_CONFIRMED}),
    "all": None,
}
FOLD_OVER, FOLD_ENDS = 12, 2
SUMMARY_SHOWN = 5


class Desk:
    """Which list the officer stands at: the call and the recommender."""

    def __init__(self, request: HttpRequest):
        self.request = request
        desks.require_role(request, *OFFICERS)
        call, self.calls = context.desk_call(request, StageKind.RECOMMEND)
        self.recommenders = [r for r in selectors.recommenders_of(request.user) if self._decides(r)]
        if not self.recommenders:
            desks.require_role(request)
        if call is None:
            raise NoCall
        self.call: Call = call
        asked = request.POST.get("recommender") or request.GET.get("recommender")
        chosen = next((r for r in self.recommenders if r.code == asked), None)
        if asked and chosen is None:
            raise Http404
        self.recommender: Recommender = chosen or self.recommenders[0]

    def _decides(self, recommender: Recommender) -> bool:
        return any(scope.acts_for(membership, recommender) for membership in self.members)

    @property
    def members(self) -> list[Membership]:
        return memberships_as(self.request.user, *OFFICERS)

    @property
    def applications(self) -> Any:
        return desks.visible(self.request, self.call).filter(recommender=self.recommender)

    @property
    def query(self) -> str:
        return f"call={self.call.slug}&recommender={self.recommender.code}"

    def url(self, name: str = "recommend-desk") -> str:
        return f"{reverse(f'calls:{name}')}?{self.query}"


class NoCall(Exception):
    """There is no call with a recommendation stage."""


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    try:
        place = Desk(request)
    except NoCall:
        return render(request, "calls/no_call.html", {"title": _("Recommendation")})
    if request.method == "POST" and request.POST.get("do") in _ACTS:
        return _decide(place)
    return page(place)


# --- acts -----------------------------------------------------------------------------------
def _shortlist(place: Desk, found: list[Application], _reason: str) -> str:
    services.shortlist_many(actor=place.request.user, applications=found)
    return ngettext("%(count)s application was put on the list.", "%(count)s applications were put on the list.", len(found))


def _unshortlist(place: Desk, found: list[Application], reason: str) -> str:
    services.unshortlist_many(actor=place.request.user, applications=found, reason=reason)
    return ngettext("%(count)s application was taken off the list.", "%(count)s applications were taken off the list.", len(found))


def _return(place: Desk, found: list[Application], reason: str) -> str:
    return desks.opinion_act(CheckResult.RETURN)(place.request, found, reason)


def _decline(place: Desk, found: list[Application], reason: str) -> str:
    return desks.opinion_act(CheckResult.DECLINE)(place.request, found, reason)


def _confirm(place: Desk, found: list[Application], _reason: str) -> str:
    services.confirm_updates(actor=place.request.user, applications=found)
    return ngettext("%(count)s yearly update was confirmed.", "%(count)s yearly updates were confirmed.", len(found))


def _reconsider(place: Desk, found: list[Application], reason: str) -> str:
    for application in found:
        services.reconsider(actor=place.request.user, application=application, reason=reason)
    return ngettext("%(count)s application was taken up again.", "%(count)s applications were taken up again.", len(found))


_ACTS = {
    "shortlist": _shortlist,
    "unshortlist": _unshortlist,
    "return": _return,
    "decline": _decline,
    "confirm": _confirm,
    "reconsider": _reconsider,
}


def _decide(place: Desk) -> HttpResponse:
    request = place.request
    found = desks.selected(request, place.applications)
    if not found:
        return page(place, errors={"": _("Select at least one application.")})
    try:
        sentence = _ACTS[request.POST["do"]](place, found, request.POST.get("opinion", "").strip())
    except Invalid as error:
        return page(place, errors=error.errors)
    tab = request.POST.get("tab", "rank")
    return desks.done(request, sentence % {"count": len(found)}, f"{place.url()}&tab={tab if tab in TABS else 'rank'}")


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    application = place.applications.filter(number=request.POST.get("number", "")).first()
    if application is None:
        raise Http404
    to = request.POST.get("to", "")
    if not to.isdigit() or int(to) < 1:
        return page(place, errors={"to": _("Enter the rank as a whole number from 1.")}, moving=application.number)
    before = application.rank
    services.move_rank(actor=request.user, application=application, to_rank=int(to), reason=request.POST.get("reason", "").strip())
    values = {"name": application.enterprise.short, "before": before, "after": application.rank}
    return desks.done(request, _("%(name)s moved from rank %(before)s to rank %(after)s.") % values, f"{place.url()}#rank-{application.pk}")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    number = request.POST.get("event", "")
    act = acts.undo(request.user, place.members, place.call, place.recommender, int(number) if number.isdigit() else 0, "")
    return desks.done(request, _("Undone: %(act)s") % {"act": act.sentence}, place.url())


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    sent = services.send_list(
        actor=request.user, call=place.call, recommender=place.recommender, opinion=request.POST.get("opinion", "").strip()
    )
    count = len(sent.ranking)
    sentence = ngettext("The list with %(count)s application was sent.", "The list with %(count)s applications was sent.", count)
    return desks.done(request, sentence % {"count": count}, place.url())


def place_of(request: HttpRequest) -> Desk:
    try:
        return Desk(request)
    except NoCall:
        raise Http404 from None


# --- the page -------------------------------------------------------------------------------
def page(place: Desk, errors: dict[str, str] | None = None, moving: str = "") -> HttpResponse:
    request = place.request
    if request.GET.get("preview"):
        return render(request, "calls/recommend_desk.html#preview", _preview(place))
    counts = desks.state_counts(place.applications)
    tab = request.GET.get("tab") or request.POST.get("tab") or "rank"
    tab = tab if tab in TABS else "rank"
    chosen = ApplicationFilter.read(request.GET)
    shows_effect = request.GET.get("show") == "effect" or (errors and request.POST.getlist("ids"))
    ticked = desks.selected(request, place.applications) if shows_effect else []
    found = effect(place, ticked) if ticked else None
    late, overdue = _overdue(place) if desks.total(counts, TABS["returned"]) else (Q(pk__in=[]), 0)
    values = {
        "desk": place,
        "call": place.call,
        "recommender": place.recommender,
        "tab": tab,
        "tabs": desks.tab_links(reverse("calls:recommend-desk"), _tabs(counts), tab, f"&{place.query}"),
        "stage": place.call.stage(StageKind.RECOMMEND),
        "is_closed": context.is_closed(place.call, StageKind.RECOMMEND),
        "filter": chosen,
        "errors": errors or {},
        "opinion": request.POST.get("opinion", ""),
        "ticked": {application.pk for application in ticked},
        "effect": found,
        "added": _added(found),
        "send_verdict": selectors.send_list_verdict(request.user, place.call, place.recommender),
        "options": filter_options(chosen, place.call, place.applications, ("city",)),
        "acts": acts.recent(request.user, place.members, place.call, place.recommender),
        "returned": _returned(place, late),
        "overdue": overdue,
        "back": counts.get((ApplicationKind.NEW, S.RESUBMITTED), 0) + counts.get((ApplicationKind.UPDATE, S.RESUBMITTED), 0),
        "returned_count": desks.total(counts, TABS["returned"]),
    }
    values |= _ranking(place, chosen, moving) if tab == "rank" else _plain(place, tab, chosen, counts)
    return render(request, "calls/recommend_desk.html", values, status=422 if errors else 200)


def _preview(place: Desk) -> dict[str, Any]:
    """The effect of the rows ticked, with the quota bar and the acts that fit them."""
    ticked = desks.selected(place.request, place.applications)
    status = selectors.quota_status(place.call, place.recommender)
    found = effect(place, ticked) if ticked else None
    return {"effect": found, "added": _added(found), "status": status, "tab": "rank", "swap": True}


def _added(found: dict[str, Any] | None) -> int:
    """By how many the rows ticked would lengthen the list."""
    return found["preview"].added if found and found["preview"] else 0


def _tabs(counts: dict[tuple[str, str], int]) -> list[tuple[str, Any, int]]:
    new, update = ApplicationKind.NEW, ApplicationKind.UPDATE
    found = [
        ("city", _("With the cities"), desks.total(counts, TABS["city"])),
        ("rank", _("Rank and recommend"), desks.total(counts, TABS["rank"], new)),
        ("returned", _("Returned"), desks.total(counts, TABS["returned"])),
        ("declined", _("Not recommended"), desks.total(counts, TABS["declined"])),
        ("all", _("All"), desks.total(counts, None)),
    ]
    updates = desks.total(counts, TABS["updates"], update)
    return [*found[:4], ("updates", _("Updates and reports"), updates), found[4]] if updates else found


def _plain(place: Desk, tab: str, chosen: ApplicationFilter, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    queryset = place.applications
    if TABS[tab] is not None:
        queryset = queryset.filter(state__in=TABS[tab])
    if tab == "updates":
        queryset = queryset.filter(kind=ApplicationKind.UPDATE)
    found = keyset.page(desks.desk_rows(chosen.apply(queryset)), order=chosen.order, after=place.request.GET.get("after", ""))
    return {
        "page": found,
        "rows": rows(found.rows, desks.levels_for(place.call)),
        "total": "" if chosen.is_narrowed else desks.total(counts, TABS[tab]),
    }


def _ranking(place: Desk, chosen: ApplicationFilter, moving: str) -> dict[str, Any]:
    levels = desks.levels_for(place.call)
    new = chosen.apply(place.applications.filter(kind=ApplicationKind.NEW))
    listed = list(desks.desk_rows(new.filter(state__in=selectors.ON_LIST, rank__isnull=False)).order_by("rank"))
    candidates = keyset.page(desks.desk_rows(new.filter(state=S.CHECKED)), order=chosen.order, after=place.request.GET.get("after", ""))
    status = selectors.quota_status(place.call, place.recommender)
    upper, folded, lower = _folded(rows(listed, levels), place.request.GET.get("unfold") == "1" or chosen.is_narrowed)
    shown = [*upper, *lower]
    repeats = desks.repeated([row.application for row in shown] + candidates.rows)
    table = summary_table.summary_rows(place.call, place.recommender)
    moved = next((a for a in listed if a.number == (moving or place.request.GET.get("move"))), None)
    return {
        "upper": desks.decorate(upper, repeats),
        "folded": folded,
        "lower": desks.decorate(lower, repeats),
        "candidates": desks.decorate(rows(candidates.rows, levels), repeats),
        "page": candidates,
        "status": status,
        "conditions": selectors.send_list_conditions(place.call, place.recommender, status),
        "private": _private_share(place),
        "needs_cosign": bool(place.call.stage(StageKind.RECOMMEND).options.get("cosign")),
        "summary_columns": summary_table.SUMMARY_COLUMNS,
        "summary": [_masked(line) for line in table[:SUMMARY_SHOWN]],
        "summary_count": len(table),
        "moving": moved,
        "move_to": place.request.POST.get("to", ""),
    }


def _folded(listed: list[Row], is_open: bool) -> tuple[list[Row], tuple[int, int] | None, list[Row]]:
    """The head of a long list, the ranks folded away, and its end."""
    if is_open or len(listed) <= FOLD_OVER:
        return listed, None, []
    upper, lower = listed[:FOLD_ENDS], listed[-FOLD_ENDS:]
    return upper, (listed[FOLD_ENDS].rank or 0, listed[-FOLD_ENDS - 1].rank or 0), lower


def _masked(line: summary_table.SummaryRow) -> list[Any]:
    """On the screen a telephone number is shortened; the file and the paper hold it whole."""
    cells = dict(zip([name for name, _label in summary_table.SUMMARY_COLUMNS], line.cells(), strict=True))
    phone = cells["telephone"]
    cells["telephone"] = f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else phone
    return list(cells.values())


def _private_share(place: Desk) -> dict[str, Any] | None:
    """How many enterprises on the list are private, where the register says what they are. One query."""
    on_list = place.applications.filter(state__in=selectors.ON_LIST, kind=ApplicationKind.NEW)
    found = on_list.aggregate(
        private=Count("pk", filter=Q(enterprise__ownership=Ownership.PRIVATE)), known=Count("pk", filter=~Q(enterprise__ownership=""))
    )
    return {**found, "share": round(100 * found["private"] / found["known"])} if found["known"] else None


def _returned(place: Desk, late: Q) -> list[dict[str, Any]]:
    """What went back to the enterprises and can still be corrected, and what has come again, newest first."""
    queryset = place.applications.filter(Q(state=S.RETURNED) & ~late | Q(state=S.RESUBMITTED)).order_by("-updated_at", "-id")
    found = list(desks.desk_rows(queryset, "returned_reason", "returned_from")[:8])
    selectors.share_relations(found)
    return [
        {
            "row": Row(a, {}),
            "reason": a.returned_reason,
            "at": a.updated_at,
            "closes": deadlines.correction_deadline(a),
            "is_back": a.state == S.RESUBMITTED,
        }
        for a in found
    ]


def _overdue(place: Desk) -> tuple[Q, int]:
    """What was not corrected in time: as a condition, and how many. One query: the deadline follows from kind and return alone."""
    found = place.applications.filter(state=S.RETURNED).order_by().values_list("kind", "returned_from").annotate(number=Count("pk"))
    late, count = Q(pk__in=[]), 0
    for kind, returned_from, number in found:
        closes = deadlines.correction_deadline(Application(call=place.call, kind=kind, returned_from=returned_from))
        if closes and clock.now() >= closes:
            late, count = late | Q(kind=kind, returned_from=returned_from), count + number
    return late, count


def effect(place: Desk, found: list[Application]) -> dict[str, Any]:
    """What shortlisting the ticked rows would do to quota, ranks and co-signatures."""
    candidates = [a for a in found if a.state == S.CHECKED and a.kind == ApplicationKind.NEW]
    listed = [a for a in found if a.state == S.SHORTLISTED]
    preview = selectors.shortlist_preview(place.request.user, place.call, place.recommender, candidates) if candidates else None
    last = selectors.last_rank(place.call, place.recommender)
    return {
        "count": len(found),
        "preview": preview,
        "first": last + 1,
        "last": last + len(candidates),
        "candidates": len(candidates),
        "listed": len(listed),
    }
