"""Going through a desk one application after the other, without coming back to it in between."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from pilotage.calls.models import Application
from pilotage.web.calls import check, desks

NAME = "check"


@dataclass(frozen=True, slots=True)
class Queue:
    """Where the reader stands among what waits at the check desk; ``position`` 0: this one is decided already."""

    previous: str
    next: str
    first: str
    position: int
    total: int
    desk_url: str


def is_on(request: HttpRequest) -> bool:
    return (request.POST.get("queue") or request.GET.get("queue")) == NAME


def query(request: HttpRequest, **more: str) -> str:
    return f"?{urlencode({'queue': NAME} | more)}" if is_on(request) else ""


def of(request: HttpRequest, application: Application) -> Queue | None:
    """One query, and only for somebody who came from the desk."""
    if not is_on(request):
        return None
    call = application.call
    desk = check.DESK.at(request, call)
    waiting = desk.group(call, desks.visible(request, call), "todo")
    numbers = list(waiting.order_by("-id").values_list("pk", "number")[: desks.BULK_AT_MOST])
    before = [number for pk, number in numbers if pk > application.pk]
    after = [number for pk, number in numbers if pk < application.pk]
    stands_here = len(before) + len(after) < len(numbers)
    return Queue(
        previous=before[-1] if before else "",
        next=after[0] if after else "",
        first=before[0] if before else "",
        position=len(before) + 1 if stands_here else 0,
        total=len(numbers),
        desk_url=f"{reverse('calls:check-desk')}?call={call.slug}",
    )


def after_act(request: HttpRequest, application: Application) -> str:
    """The next that waits, wrapped around to the first; the desk where none is left."""
    found = of(request, application)
    if found is None:
        return reverse("calls:application-detail", args=[application.number])
    following = found.next or found.first
    if not following:
        return found.desk_url
    address = reverse("calls:application-detail", args=[following])
    return f"{address}{query(request, last=application.number)}"
