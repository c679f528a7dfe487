"""What a run is asked for, as a form; the service decides what can be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.review.experts.profiles import words
from pilotage.review.runs.options import MOST_LOAD, MOST_SEATS, MOST_SECONDS, AssignmentParameters

CAPS = (
    ("", _("no lots: always the best")),
    ("3/4", "3/4"),
    ("1/2", "1/2"),
    ("1/4", "1/4"),
)
METHODS = (("auto", _("by size")), ("flow", _("min-cost flow, exact")), ("auction", _("auction, within the gap")))


class RunForm(forms.Form):
    experts = forms.IntegerField(label=_("Experts per application"), min_value=1, max_value=MOST_SEATS)
    load_max = forms.IntegerField(
        label=_("Most seats per expert"), min_value=1, max_value=MOST_LOAD, required=False, help_text=_("Empty: as even as fit allows.")
    )
    load_min = forms.IntegerField(
        label=_("Least seats per expert"), min_value=0, max_value=MOST_LOAD, required=False, help_text=_("Empty: half of an even share.")
    )
    floor = forms.DecimalField(
        label=_("Competence floor"), min_value=0, max_value=1, required=False, help_text=_("0 to 1: nobody who fits less gets a seat.")
    )
    bridging = forms.IntegerField(
        label=_("Bridging seats, %"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("For experts of another discipline, so that strict and mild experts can be told apart; 10 to 20 are enough."),
    )
    pair_cap = forms.ChoiceField(
        label=_("Highest chance of any pair"),
        choices=CAPS,
        required=False,
        help_text=_("Below 1 the seats are drawn by lot from the seed: nobody can arrange to sit on a given project."),
    )
    method = forms.ChoiceField(label=pgettext_lazy("assignment", "Method"), choices=METHODS)
    time_limit = forms.IntegerField(label=_("Time limit, seconds"), min_value=5, max_value=MOST_SECONDS)
    partial = forms.BooleanField(label=_("Leave seats empty where the experts do not suffice"), required=False)
    applications = forms.CharField(
        label=_("Only these applications"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Numbers, several apart by commas. Empty: all in review."),
    )
    extra = forms.IntegerField(
        label=_("Experts beyond those seated"),
        min_value=0,
        max_value=MOST_SEATS,
        required=False,
        help_text=_("More opinions for the applications named, whatever they have."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("extra") and not str(cleaned.get("applications", "")).strip():
            self.add_error("applications", _("Name the applications that get more experts."))
        return cleaned

    def parameters(self) -> AssignmentParameters:
        given = self.cleaned_data
        floor = given["floor"]
        return AssignmentParameters(
            experts=given["experts"],
            extra=given["extra"] or 0,
            applications=tuple(words(given["applications"])),
            load_max=given["load_max"],
            load_min=given["load_min"],
            floor=None if floor is None else float(floor),
            pair_cap=given["pair_cap"],
            bridging=(given["bridging"] or 0) / 100,
            method=given["method"],
            time_limit=given["time_limit"],
            partial=given["partial"],
        )


def initial_of(parameters: AssignmentParameters) -> dict[str, Any]:
    given = parameters.as_json()
    shown = {"bridging": round(parameters.bridging * 100) or None, "extra": parameters.extra or None}
    return {**given, **shown, "applications": ", ".join(parameters.applications)}
