"""Attachments leave only through here: the rule first, then headers that keep a browser from running anything."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pilotage.calls.enums import PreviewState, ScanState
from pilotage.calls.rules import visible_attachments
from pilotage.calls.services.files import preview_name
from pilotage.core.incoming import may_give_out
from pilotage.web.downloads import kept_file


@require_safe
def download(request: HttpRequest, number: str, pk: int) -> FileResponse:
    attachment = get_object_or_404(visible_attachments(request.user), pk=pk, application__number=number)
    may_give_out(attachment).require()
    return kept_file(attachment.file, attachment.name, attachment.content_type)


@require_safe
def preview(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """The small picture of a file, for those who may have the file."""
    attachments = visible_attachments(request.user).filter(preview=PreviewState.READY).exclude(scan=ScanState.INFECTED)
    attachment = get_object_or_404(attachments, pk=pk, application__number=number)
    try:
        content = attachment.file.storage.open(preview_name(attachment))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
