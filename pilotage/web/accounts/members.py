"""Who belongs to an organisation: members, invitations, the end of a membership."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.accounts import rules, services
from pilotage.accounts.models import Invitation, Membership, Organisation
from pilotage.core import clock, keyset
from pilotage.core.verdict import Invalid
from pilotage.web.accounts.forms import InvitationForm, ReasonForm, show_errors

OTHERS_SHOWN = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """GET shows one organisation; POST invites into it and shows the invitation's address once."""
    organisation = _organisation(request)
    form, address, status = InvitationForm(organisation), "", 200
    if request.method == "POST":
        form = InvitationForm(organisation, request.POST)
        address = _invite(request, organisation, form)
        status = 200 if address else 422
        form = InvitationForm(organisation) if address else form
    return render(request, "accounts/members.html", _context(request, organisation, form) | {"address": address}, status=status)


def _invite(request: HttpRequest, organisation: Organisation, form: InvitationForm) -> str:
    rules.can_manage(request.user, organisation).require()
    if not form.is_valid():
        return ""
    try:
        _invitation, token = services.invite(actor=request.user, organisation=organisation, **form.cleaned_data)
    except Invalid as invalid:
        show_errors(form, invalid)
        return ""
    return request.build_absolute_uri(reverse("accounts:invitation-accept", args=[token]))


def _organisation(request: HttpRequest) -> Organisation:
    """The organisation asked for, or the reader's first own one; 404 outside what the reader may see."""
    visible = rules.visible_organisations(request.user)
    wanted = request.POST.get("organisation") or request.GET.get("organisation") or ""
    if wanted:
        return get_object_or_404(visible, pk=int(wanted) if wanted.isdecimal() else 0)
    own = request.user.active_memberships
    if not own:
        raise Http404
    return own[0].organisation


def _context(request: HttpRequest, organisation: Organisation, form: InvitationForm) -> dict[str, Any]:
    now = clock.now()
    current = organisation.memberships.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now)).select_related("user", "call")
    waiting = organisation.invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
    search = request.GET.get("q", "").strip()
    return {
        "organisation": organisation,
        "page": keyset.page(current, order=("id",), after=request.GET.get("after", "")),
        "invitations": waiting.select_related("invited_by").order_by("-id")[:50],
        "may_manage": rules.can_manage(request.user, organisation),
        "others": _others(request, organisation, search),
        "search": search,
        "form": form,
    }


def _others(request: HttpRequest, organisation: Organisation, search: str) -> QuerySet[Organisation]:
    others = rules.visible_organisations(request.user).exclude(pk=organisation.pk)
    if search:
        others = others.filter(Q(name_zh__icontains=search) | Q(name_en__icontains=search))
    return others.order_by("id")[:OTHERS_SHOWN]


@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(_visible_memberships(request), pk=pk, ended_at__isnull=True)
    rules.can_manage(request.user, membership.organisation).require()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.end_membership(actor=request.user, membership=membership, reason=form.cleaned_data["reason"])
        messages.success(request, _("The membership of %(name)s has ended.") % {"name": membership.user})
        return redirect(f"{reverse('accounts:members')}?organisation={membership.organisation_id}")
    return render(request, "accounts/membership_end.html", {"membership": membership, "form": form}, status=422 if form.errors else 200)


@require_POST
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Invitation.objects.filter(organisation__in=rules.visible_organisations(request.user))
    invitation = get_object_or_404(visible.select_related("organisation"), pk=pk)
    services.revoke_invitation(actor=request.user, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s is revoked.") % {"email": invitation.email})
    return redirect(f"{reverse('accounts:members')}?organisation={invitation.organisation_id}")


def _visible_memberships(request: HttpRequest) -> QuerySet[Membership]:
    visible = rules.visible_organisations(request.user)
    return Membership.objects.filter(organisation__in=visible).select_related("organisation", "user")
