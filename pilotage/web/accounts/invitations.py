"""Taking up an invitation: as the person signed in, or as somebody new who sets a name and a password."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.accounts import services
from pilotage.accounts.models import Invitation, User
from pilotage.core.verdict import Invalid
from pilotage.web.accounts.forms import NewPersonForm, show_errors

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """An unknown, used or old token is a page that says whom to ask, as 404."""
    invitation = services.open_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_closed.html", status=404)
    if request.user.is_authenticated:
        return _as_signed_in(request, invitation, token)
    if User.objects.filter(email=invitation.email).exists():
        return _page(request, invitation, known=True)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _accepted(request, token, form):
        return redirect("desk")
    return _page(request, invitation, form=form)


def _as_signed_in(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.method == "POST":
        try:
            services.accept_invitation(token=token, actor=request.user)
        except Invalid as invalid:
            return _page(request, invitation, errors=invalid.errors)
        return redirect("desk")
    return _page(request, invitation, other_person=request.user.email != invitation.email)


def _accepted(request: HttpRequest, token: str, form: NewPersonForm) -> bool:
    """Create the person and sign in; the token proves the address, so nothing else is asked."""
    try:
        membership = services.accept_invitation(token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
    except Invalid as invalid:
        show_errors(form, invalid)
        return False
    login(request, membership.user, backend=BACKEND)
    return True


def _page(request: HttpRequest, invitation: Invitation, **context: object) -> HttpResponse:
    form = context.get("form")
    failed = bool(context.get("errors") or (isinstance(form, NewPersonForm) and form.errors))
    return render(request, "accounts/invitation_accept.html", {"invitation": invitation, **context}, status=422 if failed else 200)
