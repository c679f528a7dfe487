"""Resumable upload: the core of tus 1.0 with creation, expiration and termination, under the scope rule of the form.

A refusal carries its sentence as JSON ``{"error": …}``; the page's script shows it at the field.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.calls.models import Application, Partner, Upload
from pilotage.calls.services import uploads
from pilotage.core.verdict import Conflict, Invalid
from pilotage.web.calls.mine import own_application
from pilotage.web.calls.parts import own_part

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"


def _tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The version handshake, and refusals as the protocol's own answers."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            response: HttpResponse = HttpResponse(status=412)
            response["Tus-Version"] = VERSION
            return response
        try:
            response = view(request, *args, **kwargs)
        except Invalid as error:
            response = JsonResponse({"error": "; ".join(error.errors.values())}, status=422)
        except Conflict as error:
            response = JsonResponse({"error": str(error)}, status=409)
        response["Tus-Resumable"] = VERSION
        return response

    return answered


@never_cache
@require_http_methods(["OPTIONS", "POST"])
@_tus
def create(request: HttpRequest, number: str) -> HttpResponse:
    return _create(request, own_application(request, number), None)


@never_cache
@require_http_methods(["OPTIONS", "POST"])
@_tus
def create_for_part(request: HttpRequest, number: str) -> HttpResponse:
    partner = own_part(request, number)
    return _create(request, partner.application, partner)


def _create(request: HttpRequest, application: Application, partner: Partner | None) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Tus-Version"] = VERSION
        response["Tus-Extension"] = "creation,expiration,termination"
        response["Tus-Max-Size"] = str(settings.ATTACHMENT_MAX_BYTES)
        return response
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    size, sha256 = request.headers.get("Upload-Length", ""), said.get("sha256", "")
    if not size.isdigit() or (sha256 and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256)):
        return HttpResponse(status=400)
    upload = uploads.start_upload(
        actor=request.user,
        application=application,
        partner=partner,
        field=said.get("field", ""),
        name=said.get("filename", ""),
        size=min(int(size), 2**62),
        sha256=sha256,
    )
    response = HttpResponse(status=201)
    piece_of = "calls:part-upload-piece" if partner else "calls:upload-piece"
    response["Location"] = reverse(piece_of, args=[application.number, upload.pk])
    return _standing(response, upload)


@never_cache
@require_http_methods(["HEAD", "PATCH", "DELETE"])
@_tus
def piece(request: HttpRequest, number: str, pk: uuid.UUID) -> HttpResponse:
    return _piece(request, pk, Upload.objects.filter(application=own_application(request, number), partner=None))


@never_cache
@require_http_methods(["HEAD", "PATCH", "DELETE"])
@_tus
def piece_for_part(request: HttpRequest, number: str, pk: uuid.UUID) -> HttpResponse:
    return _piece(request, pk, Upload.objects.filter(partner=own_part(request, number)))


def _piece(request: HttpRequest, pk: uuid.UUID, uploads_of: QuerySet[Upload]) -> HttpResponse:
    found = uploads_of.filter(expires_at__gt=timezone.now())
    upload = get_object_or_404(found.select_related("application__call", "application__enterprise", "partner__application"), pk=pk)
    if request.method == "HEAD":
        response = _standing(HttpResponse(status=200), upload)
        response["Upload-Length"] = str(upload.size)
        return response
    if request.method == "DELETE":
        uploads.drop_upload(actor=request.user, upload=upload)
        return HttpResponse(status=204)
    offset = request.headers.get("Upload-Offset", "")
    if request.content_type != PIECE or not offset.isdigit():
        return HttpResponse(status=415 if request.content_type != PIECE else 400)
    uploads.receive(actor=request.user, upload=upload, offset=int(offset), read=request.read)
    if upload.received == upload.size:
        uploads.finish_upload(actor=request.user, upload=upload)
    return _standing(HttpResponse(status=204), upload)


def _standing(response: HttpResponse, upload: Upload) -> HttpResponse:
    response["Upload-Offset"] = str(upload.received)
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _metadata(header: str) -> dict[str, str]:
    """``key base64, key base64``; a pair that cannot be read is left out."""
    found = {}
    for pair in header.split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
