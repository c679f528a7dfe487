"""Input of the register's pages; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.verdict import Invalid
from pilotage.registry import selectors
from pilotage.registry.enums import IdentifierScheme, Ownership, Size, SubjectKind
from pilotage.registry.models import Enterprise
from pilotage.web.fields import Day

NONE = ("", "–")
PLACE_HELP = _("Names from the province on (江苏省苏州市虎丘区), or the six-digit code.")


class PlaceField(forms.CharField):
    """Text or code of a division; cleans to the six-digit code, '' for none."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        gazetteer = selectors.reference().gazetteer
        place = gazetteer.place(text) or gazetteer.find(text)
        if place is None:
            raise forms.ValidationError(_("No division fits this text. Write the names from the province on, or the six-digit code."))
        return place.county or place.prefecture or place.province


class OwnFactsForm(forms.Form):
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    short_zh = forms.CharField(label=_("Short name"), max_length=60, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    industry = forms.ModelChoiceField(label=_("Industry"), queryset=None, required=False, empty_label="–")
    ownership = forms.ChoiceField(label=_("Ownership"), choices=[NONE, *Ownership.choices], required=False)
    size = forms.ChoiceField(label=_("Size"), choices=[NONE, *Size.choices], required=False)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["industry"].queryset = selectors.industry_divisions()
        self.fields["industry"].label_from_instance = lambda row: f"{row.pk} {row.name}"


class IdentityForm(OwnFactsForm):
    kind = forms.ChoiceField(label=pgettext_lazy("enterprise", "Kind"), choices=SubjectKind.choices, required=False)
    name_zh = forms.CharField(label=_("Registered name"), max_length=200)
    division = PlaceField(label=_("Territory"), required=False, help_text=PLACE_HELP)
    is_legal_person = forms.BooleanField(
        label=_("Legal person"), required=False, help_text=_("Leave empty for a branch or plant of a group.")
    )
    field_order = ("kind", "name_zh", "division")

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or self.initial.get("kind") or SubjectKind.ENTERPRISE


class NewEnterpriseForm(IdentityForm):
    uscc = forms.CharField(label=_("Unified social credit code"), max_length=40, help_text=_("18 characters, as on the business licence."))
    field_order = ("kind", "name_zh", "uscc", "division")


def initial(enterprise: Enterprise) -> dict[str, Any]:
    places = [place.name_zh for place in (enterprise.province, enterprise.prefecture, enterprise.county) if place]
    names = ("kind", "name_zh", "name_en", "short_zh", "address", "industry", "ownership", "size", "is_legal_person")
    return {**{name: getattr(enterprise, name) for name in names}, "division": "".join(places)}


class IdentifierForm(forms.Form):
    scheme = forms.ChoiceField(label=pgettext_lazy("identifier", "Register"), choices=IdentifierScheme.choices)
    value = forms.CharField(label=pgettext_lazy("identifier", "Number"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class SiteForm(forms.Form):
    name = forms.CharField(label=_("Name of the site"), max_length=200)
    division = PlaceField(label=_("Territory"), required=False, help_text=PLACE_HELP)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)


class TitleForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("honour", "Title"), max_length=200)
    issuer = forms.CharField(label=_("Issuer"), max_length=200, required=False)
    batch = forms.CharField(label=_("Batch"), max_length=100, required=False)
    granted_on = Day(label=_("Granted on"), required=False)
    valid_until = Day(label=_("Valid until"), required=False)
    source = forms.CharField(
        label=_("Source"), max_length=300, required=False, help_text=_("Address or number of the document that names it.")
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, or CSV in UTF-8 or GB18030, at most 200 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, required=False, help_text=_("Where the list comes from; kept with each new enterprise.")
    )


def show_errors(form: forms.Form, invalid: Invalid) -> None:
    """Put a service's sentences at the fields of the form they speak of."""
    for field, sentence in invalid.errors.items():
        form.add_error(field if field in form.fields else None, sentence)
