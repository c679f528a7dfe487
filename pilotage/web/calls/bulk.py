"""A desk where ticked rows are decided together: check, co-signature and acceptance differ only in what they name here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.calls.models import Application, Call, Stage
from pilotage.core import clock, keyset, search
from pilotage.core.verdict import Invalid, Verdict
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import rows

# decides the ticked rows with the opinion and gives the sentence that says so
Act = Callable[[HttpRequest, list[Application], str], str]

REFUSED_SHOWN = 5


class BulkDesk:
    roles: ClassVar[tuple[str, ...]]
    stage: ClassVar[str]
    url_name: ClassVar[str]
    template: ClassVar[str]
    acts: ClassVar[Mapping[str, Act]]
    filters: ClassVar[tuple[str, ...]]

    def title(self) -> str:
        raise NotImplementedError

    def at(self, request: HttpRequest, call: Call) -> BulkDesk:
        """The desk as this reader has it in this call."""
        return self

    def stage_of(self, call: Call) -> Stage | None:
        return call.stage(self.stage)

    def tabs(self, call: Call, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        """Key, label and number of each group; the first is where the desk opens. One or two queries."""
        raise NotImplementedError

    def group(self, call: Call, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        raise NotImplementedError

    def verdict(self, actor: Any, application: Application) -> Verdict:
        raise NotImplementedError

    def lean(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        """What a row shows and nothing more."""
        return desks.desk_rows(queryset)

    def order(self, tab: str, chosen: ApplicationFilter) -> tuple[str, ...]:
        return chosen.order

    def can_act(self, tab: str) -> bool:
        return True

    def shows_repeated(self, tab: str) -> bool:
        """Whether files that lie in several applications are looked for. Two queries."""
        return False

    def effect(self, request: HttpRequest, call: Call, found: list[Application]) -> dict[str, Any]:
        """What deciding the ticked rows would do, before it is done."""
        judged = [(each, self.verdict(request.user, each)) for each in found]
        refused = [(each.enterprise.short, verdict.reason) for each, verdict in judged if not verdict]
        return {
            "count": len(found),
            "allowed": len(found) - len(refused),
            "refused": refused[:REFUSED_SHOWN],
            "refused_count": len(refused),
            "reason": refused[0][1] if refused else "",
        }

    def further(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        """What only this desk shows beside its table."""
        return {}

    def back(self, request: HttpRequest, call: Call) -> str:
        return f"{reverse(self.url_name)}?call={call.slug}"

    def respond(self, request: HttpRequest) -> HttpResponse:
        desks.require_role(request, *self.roles)
        call, calls = context.desk_call(request, self.stage)
        if call is None:
            return render(request, "calls/no_call.html", {"title": self.title()})
        place = self.at(request, call)
        if request.method == "POST" and request.POST.get("do") in place.acts:
            return place._decide(request, call, calls)
        return place._page(request, call, calls, {})

    def _decide(self, request: HttpRequest, call: Call, calls: list[Call]) -> HttpResponse:
        found = desks.selected(request, desks.visible(request, call))
        if not found:
            return self._page(request, call, calls, {"": _("Select at least one application.")})
        try:
            sentence = self.acts[request.POST["do"]](request, found, request.POST.get("opinion", "").strip())
        except Invalid as error:
            return self._page(request, call, calls, error.errors)
        return desks.done(request, sentence % {"count": len(found)}, self.back(request, call))

    def _page(self, request: HttpRequest, call: Call, calls: list[Call], errors: dict[str, str]) -> HttpResponse:
        queryset = desks.visible(request, call)
        if request.GET.get("preview"):
            found = desks.selected(request, queryset)
            values = {"effect": self.effect(request, call, found), "desk": self, "stage": self.stage_of(call), "posted": request.GET}
            return render(request, f"{self.template}#effect", values)
        ticked = desks.selected(request, queryset) if errors or request.GET.get("show") == "effect" else []
        stage = self.stage_of(call)
        values = (
            self._list(request, call, queryset)
            | self.further(request, call)
            | {
                "call": call,
                "calls": calls,
                "desk": self,
                "stage": stage,
                "is_closed": bool(stage and stage.closes_at and clock.now() >= stage.closes_at),
                "errors": errors,
                "opinion": request.POST.get("opinion", ""),
                "posted": request.POST,
                "ticked": {application.pk for application in ticked},
                "effect": self.effect(request, call, ticked) if ticked else None,
            }
        )
        return render(request, self.template, values, status=422 if errors else 200)

    def _list(self, request: HttpRequest, call: Call, queryset: QuerySet[Application]) -> dict[str, Any]:
        tabs = self.tabs(call, queryset)
        counts = {key: number for key, _label, number in tabs}
        tab = request.GET.get("tab", "")
        tab = tab if tab in counts else tabs[0][0]
        chosen = ApplicationFilter.read(request.GET)
        group = self.group(call, queryset, tab)
        shown = chosen.apply(group)
        page = keyset.page(self.lean(shown), order=self.order(tab, chosen), after=request.GET.get("after", ""))
        number, capped = search.capped_count(shown) if chosen.is_narrowed else (counts[tab], False)
        return {
            "tab": tab,
            "tabs": desks.tab_links(reverse(self.url_name), tabs, tab, f"&call={call.slug}"),
            "page": page,
            "rows": desks.decorate(rows(page.rows, desks.levels_for(call)), desks.repeated(page.rows) if self.shows_repeated(tab) else {}),
            "total": number,
            "capped": capped,
            "filter": chosen,
            "options": filter_options(chosen, call, group, self.filters),
            "can_act": self.can_act(tab),
        }
