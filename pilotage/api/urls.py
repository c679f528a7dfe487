"""The programming interface: OpenAPI 3.1, read-only, under ``/api/v1/``; the schema is at ``openapi.json``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from pilotage.api import calls, directory, plan
from pilotage.api.auth import OptionalKey
from pilotage.core.verdict import Conflict, Invalid, Refused

api = NinjaAPI(
    title="Pilotage",
    version="1",
    description="Plans, targets, calls, applications and directories. Public data need no key; a key shows what its owner sees.",
    auth=OptionalKey(),
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/plans", plan.router)
api.add_router("/calls", calls.router)
api.add_router("/applications", calls.applications)
api.add_router("/directories", directory.router)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)


@api.exception_handler(Invalid)
def invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error), "errors": error.errors}, status=422)


@api.exception_handler(Conflict)
def conflict(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=409)


urlpatterns = [path("v1/", api.urls)]
