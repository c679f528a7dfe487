"""What others need to check certificates without asking us again: keys, status lists, the meaning of our words."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from pilotage.publications.certificates import content, proof, selectors

SCHEMA = "https://schema.org/"
TERMS = ("number", "edition", "enterprise", "projectTitle", "level", "industry", "province", "prefecture", "label", "code", "fictional")


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    return _open(JsonResponse(selectors.did_document(), content_type="application/did+json"))


@login_not_required
@require_safe
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    found = selectors.status_list(number)
    if found is None:
        raise Http404
    return _open(HttpResponse(proof.canonical(found), content_type="application/vc"))


@login_not_required
@require_safe
def context(request: HttpRequest) -> HttpResponse:
    """The JSON-LD context of our own terms."""
    own = content.address("certificates:context") + "#"
    words = {term: f"{own}{term}" for term in (content.KIND, "DirectoryEntry", *TERMS)}
    dates = {term: {"@id": f"{own}{term}", "@type": f"{SCHEMA}Date"} for term in ("listedOn", "givenOn")}
    code = {"unifiedSocialCreditCode": f"{SCHEMA}taxID"}
    return _open(JsonResponse({"@context": {"@protected": True, **words, **dates, **code}}, content_type="application/ld+json"))


def _open(response: HttpResponse) -> HttpResponse:
    """Checkers run in the pages of others too."""
    response["Access-Control-Allow-Origin"] = "*"
    return response
