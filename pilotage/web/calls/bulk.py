"""A desk where ticked rows are decided together: check, co-signature and acceptance differ only in what they name here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.calls.models import Application, Call
from pilotage.core import keyset, search
from pilotage.core.verdict import Invalid, Verdict
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import rows

# decides the ticked rows with the opinion and gives the sentence that says so
Act = Callable[[HttpRequest, list[Application], str], str]


class BulkDesk:
    roles: ClassVar[tuple[str, ...]]
    stage: ClassVar[str]
    url_name: ClassVar[str]
    template: ClassVar[str]
    acts: ClassVar[Mapping[str, Act]]
    filters: ClassVar[tuple[str, ...]]

    def title(self) -> str:
        raise NotImplementedError

    def tabs(self, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        """Key, label and number of each group; the first is where the desk opens. One query."""
        raise NotImplementedError

    def group(self, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
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
        refused = [verdict for each in found if not (verdict := self.verdict(request.user, each))]
        return {"count": len(found), "allowed": len(found) - len(refused), "reason": refused[0].reason if refused else ""}

    def back(self, request: HttpRequest, call: Call) -> str:
        return f"{reverse(self.url_name)}?call={call.slug}"

    def respond(self, request: HttpRequest) -> HttpResponse:
        desks.require_role(request, *self.roles)
        call, calls = context.desk_call(request, self.stage)
        if call is None:
            return render(request, "calls/no_call.html", {"title": self.title()})
        if request.method == "POST" and request.POST.get("do") in self.acts:
            return self._decide(request, call, calls)
        return self._page(request, call, calls, {})

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
            return render(request, f"{self.template}#effect", {"effect": self.effect(request, call, found)})
        ticked = desks.selected(request, queryset) if errors or request.GET.get("show") == "effect" else []
        values = self._list(request, call, queryset) | {
            "call": call,
            "calls": calls,
            "stage": call.stage(self.stage),
            "is_closed": context.is_closed(call, self.stage),
            "errors": errors,
            "opinion": request.POST.get("opinion", ""),
            "ticked": {application.pk for application in ticked},
            "effect": self.effect(request, call, ticked) if ticked else None,
        }
        return render(request, self.template, values, status=422 if errors else 200)

    def _list(self, request: HttpRequest, call: Call, queryset: QuerySet[Application]) -> dict[str, Any]:
        tabs = self.tabs(queryset)
        counts = {key: number for key, _label, number in tabs}
        tab = request.GET.get("tab", "")
        tab = tab if tab in counts else tabs[0][0]
        chosen = ApplicationFilter.read(request.GET)
        group = self.group(queryset, tab)
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
