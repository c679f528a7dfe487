"""Keys for programs: made, shown once, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.accounts import services
from pilotage.accounts.models import ApiToken
from pilotage.core import keyset
from pilotage.core.verdict import Invalid
from pilotage.web.accounts.forms import TokenForm, show_errors


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """POST makes a key and answers with it: it is in this one response and nowhere else."""
    form, key = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            wanted = form.cleaned_data
            _token, key = services.create_token(actor=request.user, name=wanted["name"], can_report=wanted["can_report"])
            form = TokenForm()
        except Invalid as invalid:
            show_errors(form, invalid)
    own = ApiToken.objects.filter(user=request.user)
    page = keyset.page(own, order=("-id",), after=request.GET.get("after", ""))
    return render(request, "accounts/tokens.html", {"page": page, "form": form, "key": key}, status=422 if form.errors else 200)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    services.revoke_token(actor=request.user, token=token)
    messages.success(request, _("The key “%(name)s” works no longer.") % {"name": token.name})
    return redirect("accounts:tokens")
