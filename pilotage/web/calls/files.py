"""Attachments leave only through here: the rule first, then headers that keep a browser from running anything."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pilotage.calls.rules import visible_attachments


@require_safe
def download(request: HttpRequest, number: str, pk: int) -> FileResponse:
    attachment = get_object_or_404(visible_attachments(request.user), pk=pk, application__number=number)
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
