"""For programs: the catalogue, schemas, the addresses of all pages, a plain index."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.publications.open_data import catalogue as catalogues
from pilotage.publications.open_data import plain, schemas
from pilotage.publications.open_data import site_map as maps
from pilotage.publications.open_data.tables import absolute
from pilotage.web.open_data.answers import state, unless_known
from pilotage.web.open_data.files import table_or_404


@login_not_required
@require_safe
def catalogue(request: HttpRequest, syntax: str) -> HttpResponseBase:
    found = catalogues.SYNTAXES.get(syntax)
    if found is None:
        raise Http404
    name = state("catalogue", syntax, clock.today().isoformat())
    return unless_known(request, name, lambda: HttpResponse(catalogues.written(found), content_type=found.content_type))


@login_not_required
@require_safe
def json_schema(request: HttpRequest, key: str) -> HttpResponseBase:
    response = _json(schemas.json_schema(table_or_404(key)))
    response["Content-Type"] = "application/schema+json"
    return response


@login_not_required
@require_safe
def table_schema(request: HttpRequest, key: str) -> HttpResponseBase:
    return _json(schemas.table_schema(table_or_404(key)))


@login_not_required
@require_safe
def data_package(request: HttpRequest) -> HttpResponseBase:
    return _json(schemas.data_package())


def _json(content: object) -> JsonResponse:
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_not_required
@require_safe
def site_map(request: HttpRequest) -> HttpResponseBase:
    parts = maps.index(lambda key, number: absolute("open_data:site-map-part", key, number))
    return HttpResponse("".join(parts), content_type="application/xml")


@login_not_required
@require_safe
def site_map_part(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    section = maps.get(key)
    if section is None or not 1 <= number <= section.parts():
        raise Http404
    return StreamingHttpResponse(maps.page(section, number), content_type="application/xml")


@login_not_required
@require_safe
def plain_index(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(plain.text(), content_type="text/plain; charset=utf-8")
