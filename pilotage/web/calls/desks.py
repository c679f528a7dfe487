"""What the officers' desks share: counts for the tabs, the selected rows, repeated files, a page of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.rules import has_role
from pilotage.calls import rules, selectors, services
from pilotage.calls.enums import CheckResult
from pilotage.calls.models import Application, Attachment, Call, CallVersion
from pilotage.core.verdict import Conflict, Refused
from pilotage.web.calls.filters import LIST_COLUMNS, LIST_JOINS
from pilotage.web.calls.rows import Row, levels_of

BULK_AT_MOST = 1000
# columns that the rules read and no row shows
DECIDING = ("returned_from", "decided_from")


def require_role(request: HttpRequest, *roles: str) -> None:
    """A desk is for its role; everybody else gets the sentence, never an empty desk."""
    if not has_role(request.user, *roles):
        raise Refused(_("This desk belongs to another role."))


def state_counts(queryset: QuerySet[Application]) -> dict[tuple[str, str], int]:
    """(kind, state) -> number, in one grouped query."""
    rows = queryset.order_by().values_list("kind", "state").annotate(number=Count("pk"))
    return {(kind, state): number for kind, state, number in rows}


def total(counts: dict[tuple[str, str], int], states: Iterable[str] | None, kind: str = "") -> int:
    wanted = None if states is None else set(states)
    return sum(n for (of_kind, state), n in counts.items() if (wanted is None or state in wanted) and (not kind or of_kind == kind))


def desk_rows(queryset: QuerySet[Application], *more: str) -> QuerySet[Application]:
    """Lean rows for a desk of one call."""
    return queryset.select_related(*LIST_JOINS).only(*LIST_COLUMNS, *more)


def selected(request: HttpRequest, queryset: QuerySet[Application]) -> list[Application]:
    """The rows ticked (``id:state``); one outside this desk is a 404, one that has moved on since is a conflict."""
    source = request.POST if request.method == "POST" else request.GET
    seen = {int(key): state for key, _colon, state in (value.partition(":") for value in source.getlist("ids")) if key.isdigit()}
    ids = list(seen)[:BULK_AT_MOST]
    found = {application.pk: application for application in desk_rows(queryset.filter(pk__in=ids), *DECIDING).order_by("pk")}
    if len(found) != len(ids):
        raise Http404
    rows = [found[pk] for pk in ids]
    if request.method == "POST" and any(seen[row.pk] and seen[row.pk] != row.state for row in rows):
        raise Conflict(_("Somebody else decided this first. Nothing was changed; reload the page to see what has happened."))
    selectors.share_relations(rows)
    return rows


def levels_for(call: Call | None) -> dict[str, str]:
    """The level names of the call's current version, read once per process."""
    if call is None or call.current is None:
        return {}
    key = (call.current.pk, call.current.digest)
    if key not in _levels:
        listed = CallVersion.objects.filter(pk=call.current.pk).values_list("content__codes__levels", flat=True).first()
        _levels[key] = listed or []
    return levels_of({"levels": _levels[key]})


_levels: dict[tuple[int, str], list[dict[str, str]]] = {}


def repeated(applications: Sequence[Application]) -> dict[int, int]:
    """Application -> number of its files that were uploaded to another application too. Two queries."""
    own = list(
        Attachment.objects.filter(application__in=[a.pk for a in applications], removed_at__isnull=True)
        .order_by("id")
        .values_list("application_id", "sha256")
    )
    uploads: dict[str, set[str]] = defaultdict(set)  # a file carried over by a renewal keeps its path and counts once
    shas = {sha for _application, sha in own}
    for path, sha in Attachment.objects.filter(sha256__in=shas, removed_at__isnull=True).order_by().values_list("file", "sha256"):
        uploads[sha].add(path)
    counts: dict[int, int] = defaultdict(int)
    for application, sha in set(own):
        counts[application] += len(uploads[sha]) > 1
    return {pk: number for pk, number in counts.items() if number}


def visible(request: HttpRequest, call: Call) -> QuerySet[Application]:
    return rules.visible_applications(request.user).filter(call=call)


def opinion_act(result: str) -> Callable[[HttpRequest, list[Application], str], str]:
    """The act that gives all ticked rows the same opinion, all or none, and says what became of them."""

    def act(request: HttpRequest, found: list[Application], opinion: str) -> str:
        services.check_many(actor=request.user, applications=found, result=result, opinion=opinion, stated_for=stated_for(request))
        return _SENTENCES[result](len(found))

    return act


def stated_for(request: HttpRequest) -> int | None:
    """For how many applications the officer states that each point of the check list was checked on each."""
    stated = request.POST.get("stated", "")
    return int(stated) if stated.isdigit() else None


_SENTENCES: dict[str, Callable[[int], str]] = {
    CheckResult.PASS: lambda n: ngettext("%(count)s application passed the check.", "%(count)s applications passed the check.", n),
    CheckResult.RESERVATION: lambda n: ngettext(
        "%(count)s application passed the check with a reservation.", "%(count)s applications passed the check with a reservation.", n
    ),
    CheckResult.RETURN: lambda n: ngettext(
        "%(count)s application was returned for correction.", "%(count)s applications were returned for correction.", n
    ),
    CheckResult.DECLINE: lambda n: ngettext(
        "%(count)s application was not recommended.", "%(count)s applications were not recommended.", n
    ),
}


def decorate(rows: Sequence[Row], repeats: dict[int, int]) -> Sequence[Row]:
    for row in rows:
        row.repeated = repeats.get(row.pk, 0)
    return rows


def done(request: HttpRequest, sentence: str, url: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(url)


def tab_links(base: str, tabs: Sequence[tuple[str, Any, int]], current: str, extra: str = "") -> list[dict[str, Any]]:
    return [{"url": f"{base}?tab={key}{extra}", "label": label, "count": number, "current": key == current} for key, label, number in tabs]
