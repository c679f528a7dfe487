"""The programming interface: OpenAPI 3.1 under ``/api/v1/``; it reads, and takes returns of figures. The schema is at ``openapi.json``."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from pilotage.api import calls, directory, facts, listings, measures, plan, statistics, tables
from pilotage.api.auth import OptionalKey
from pilotage.core.verdict import Conflict, Invalid, Refused


class Utf8Renderer(JSONRenderer):
    """Chinese stays Chinese on the wire."""

    json_dumps_params: ClassVar = {"ensure_ascii": False}


class Api(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Public endpoints say that a key is optional, which the framework's own schema cannot."""
        schema = super().get_openapi_schema(**kwargs)
        for methods in schema["paths"].values():
            for operation in methods.values():
                if {"OptionalKey": []} in operation.get("security", []):
                    operation["security"] = [{}, {"OptionalKey": []}]
        return schema


api = Api(
    renderer=Utf8Renderer(),
    title="Pilotage",
    version="1",
    description="Plans, targets, calls, applications and directories. Public data need no key; a key shows what its owner sees.",
    auth=OptionalKey(),
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/plans", plan.router)
api.add_router("/plans", measures.router)
api.add_router("/indicators", plan.indicator_router)
api.add_router("/calls", calls.router)
api.add_router("/applications", calls.applications)
api.add_router("/directories", directory.router)
api.add_router("/statistics", statistics.router)
api.add_router("/facts", facts.router)
api.add_router("/listings", listings.router)
api.add_router("/tables", tables.router)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=403)


@api.exception_handler(Invalid)
def invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error), "errors": error.errors}, status=422)


@api.exception_handler(Conflict)
def conflict(request: HttpRequest, error: Any) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=409)


_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    # the site's pages ask for a session; here the key decides, endpoint by endpoint
    _pattern.callback = login_not_required(_pattern.callback)
urlpatterns = [path("v1/", (_patterns, _app, _namespace))]
