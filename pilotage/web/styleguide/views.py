"""Every component once, in both languages: the page colleagues copy from and tests look at."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from pilotage.core import clock
from pilotage.core.verdict import no
from pilotage.web.states import LOOKS

# the shape of a real year, its larger provinces
COUNTS = dict(
    zip(
        (
            "320000",
            "370000",
            "420000",
            "330000",
            "440000",
            "340000",
            "350000",
            "310000",
            "510000",
            "210000",
            "430000",
            "410000",
            "130000",
            "500000",
            "360000",
        ),
        (97, 32, 30, 21, 19, 16, 11, 9, 8, 8, 7, 6, 6, 5, 5),
        strict=True,
    )
)


class ExampleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the project"), help_text=gettext_lazy("As it shall stand in the directory."))
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=[("line", gettext_lazy("production line")), ("factory", gettext_lazy("factory"))]
    )
    remark = forms.CharField(label=gettext_lazy("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide/styleguide.html", _examples())


def _examples() -> dict[str, Any]:
    now = clock.now()
    return {
        "looks": {kind: list(values) for kind, values in LOOKS.items()},
        "counts": COUNTS,
        "now": now,
        "deadline": now + timedelta(days=9, hours=2),
        "refusal": no(_("3 projects wait for a co-signature.")),
        "form": ExampleForm(data={"name": "", "level": "line"}),
        "steps": [
            {"title": _("Submitted"), "at": now - timedelta(days=20), "text": _("First submission")},
            {"title": _("Checked"), "at": now - timedelta(days=3), "state": "current"},
            {"title": _("Recommended"), "state": "next"},
        ],
        "tabs": [
            {"url": "#tabs", "label": _("To check"), "count": 14, "current": True},
            {"url": "#tabs", "label": _("Returned"), "count": 5, "current": False},
        ],
        "options": [
            {"url": "#tabs", "label": "2023", "count": 300, "current": True},
            {"url": "#tabs", "label": "2024", "count": 400, "current": False},
        ],
        "chips": [{"label": _("Jiangsu"), "url": "#tables"}],
        "crumbs": [(_("Directory"), "#top"), ("5GF-2023-0117", "")],
        "facts": [(_("Level"), _("factory")), (_("Code"), "91320500MA1XYZ9K3T"), (_("Remark"), "")],
        "acts": [
            {"value": "return", "label": _("Return"), "primary": False},
            {"value": "shortlist", "label": _("Shortlist"), "primary": True},
        ],
        "page": SimpleNamespace(rows=[1, 2], next="abc", previous=None),
        "tones": ["good", "accent", "warn", "bad", "neutral"],
    }
