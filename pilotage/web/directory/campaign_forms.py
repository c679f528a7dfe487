"""What the secretariat types for a re-evaluation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core import clock
from pilotage.directory.models import Directory
from pilotage.web.fields import Day


class PlanForm(forms.Form):
    directory = forms.ModelChoiceField(label=_("Directory"), queryset=Directory.objects.order_by("slug"), empty_label=None)
    year = forms.IntegerField(label=pgettext_lazy("campaign", "Year"), min_value=2000, max_value=2999)
    listed_before = Day(
        label=_("Listed before"),
        help_text=_("Entries listed on this day or later are not drawn."),
    )
    percent = forms.IntegerField(label=_("Share drawn in each province, percent"), min_value=1, max_value=100, initial=10)
    least = forms.IntegerField(label=_("At least in each province"), min_value=0, max_value=100, initial=1)
    term_days = forms.IntegerField(label=_("Term for rectification, days"), min_value=1, max_value=365, initial=30)
    next_years = forms.IntegerField(label=_("Years to the next re-evaluation"), min_value=1, max_value=10, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = clock.today()
        kwargs.setdefault("initial", {"year": today.year, "listed_before": today.replace(month=1, day=1)})
        super().__init__(*args, **kwargs)


class ActForm(forms.Form):
    reason = forms.CharField(
        label=_("Finding and reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Published with the entry's history and in the list of changes. Do not name persons."),
    )
    due_on = Day(label=_("Term"), required=False)


class IncludeForm(forms.Form):
    entry = forms.CharField(label=_("Directory number"), max_length=40)
    cause = forms.CharField(label=_("Cause"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DrawForm(forms.Form):
    seed = forms.CharField(
        label=_("Seed"),
        required=False,
        max_length=200,
        help_text=_("For example the numbers of a public lottery named beforehand. Left empty, it is the end of the record of decisions."),
    )
    reason = forms.CharField(label=_("Reason for cancelling"), required=False, max_length=500)
