"""What can be downloaded, under which terms, and where programs ask."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pilotage.directory import rules
from pilotage.directory.enums import EditionState
from pilotage.directory.models import EntryCount
from pilotage.web.directory import words
from pilotage.web.directory.exports import FIELDS, headings
from pilotage.web.nav import resolved


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    editions = list(
        rules.visible_editions(request.user)
        .filter(state=EditionState.PUBLISHED)
        .select_related("directory")
        .order_by("directory", "-year", "id")
    )
    sizes = dict(EntryCount.objects.filter(edition__in=editions, dimension="total").order_by("edition").values_list("edition", "count"))
    lines = [
        {
            "edition": edition,
            "name": words.edition_name(edition),
            "count": sizes.get(edition.pk, 0),
            "files": [
                (
                    kind.upper(),
                    reverse("directory:export", kwargs={"slug": edition.directory.slug, "kind": kind}) + f"?edition={edition.key}",
                )
                for kind in ("xlsx", "csv", "json")
            ],
        }
        for edition in editions
    ]
    context = {
        "lines": lines,
        "fields": list(zip(FIELDS, headings(), strict=True)),
        "api_url": resolved("api:openapi-view"),
        "schema_url": resolved("api:openapi-json"),
    }
    return render(request, "directory/open_data.html", context)
