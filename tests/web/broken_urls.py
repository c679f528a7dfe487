"""A site whose pages fail, to see what the reader gets."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.urls import include, path

from pilotage.core.verdict import Conflict, Refused
from pilotage.urls import handler400, handler403, handler404, handler500  # noqa: F401


def fails(error: Exception) -> Any:
    @login_not_required
    def view(request: HttpRequest) -> None:
        raise error

    return view


urlpatterns = [
    path("breaks/", fails(ZeroDivisionError("secret detail"))),
    path("refuses/", fails(Refused("只有省级部门可以推荐。"))),
    path("denies/", fails(PermissionDenied("internal words"))),
    path("conflicts/", fails(Conflict("他人已先办理，请刷新。"))),
    path("odd/", fails(SuspiciousOperation("internal words"))),
    path("", include("pilotage.web.urls")),
]
