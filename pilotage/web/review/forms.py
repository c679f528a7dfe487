"""Input of the pool's pages; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.verdict import Invalid
from pilotage.registry.models import Division
from pilotage.review.enums import RelationKind
from pilotage.review.experts.pool import discipline_names, industry_codes
from pilotage.review.experts.profiles import MOST_CAPACITY, employer_of, words
from pilotage.review.models import ExpertProfile
from pilotage.web.fields import Day

APART = _("Several apart by commas or semicolons.")


class Words(forms.CharField):
    """Several short texts in one line."""

    def clean(self, value: Any) -> list[str]:
        return words(super().clean(value))


class HouseForm(forms.Form):
    """An enterprise by credit code or by name; ``house`` after cleaning: the row of the register or None."""

    employer_name = forms.CharField(label=_("Employer"), max_length=200, required=False)
    employer_uscc = forms.CharField(
        label=_("Its unified social credit code"),
        max_length=18,
        required=False,
        help_text=_("With the code, or the exact name, the register is found. Otherwise the name is kept as text."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            cleaned["house"] = employer_of(cleaned.get("employer_name", ""), cleaned.get("employer_uscc", ""))
        except Invalid as invalid:
            show_errors(self, invalid)
        return cleaned


class ProfileForm(HouseForm):
    province = forms.ModelChoiceField(label=_("Province"), queryset=None, required=False, empty_label="–")
    disciplines = Words(
        label=_("Disciplines"),
        required=False,
        help_text=_("Industries of GB/T 4754 by name or code, or own words. Several apart by commas or semicolons."),
    )
    keywords_zh = Words(label=_("Keywords in Chinese"), required=False, help_text=APART)
    keywords_en = Words(label=_("Keywords in English"), required=False, help_text=APART)
    biography = forms.CharField(label=_("Biography"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    field_order = ("employer_name", "employer_uscc", "province", "disciplines", "keywords_zh", "keywords_en", "biography")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["province"].queryset = Division.objects.filter(level="province").order_by("code")  # type: ignore[attr-defined]
        self.fields["province"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        codes = industry_codes()
        house = cleaned["house"]
        values = {name: cleaned[name] for name in self.fields if name not in {"employer_uscc", "disciplines", "name", "email", "number"}}
        disciplines = [codes.get(word.casefold(), word) for word in cleaned["disciplines"]]
        name = cleaned["employer_name"] or (house.name_zh if house else "")
        return {**values, "disciplines": disciplines, "employer": house, "employer_name": name}


class OfficeForm(ProfileForm):
    capacity = forms.IntegerField(
        label=_("Most applications in one call"), required=False, min_value=0, max_value=MOST_CAPACITY, help_text=_("Empty: no limit.")
    )
    is_available = forms.BooleanField(label=_("Takes part in reviews"), required=False, initial=True)


class NewExpertForm(OfficeForm):
    number = forms.CharField(label=pgettext_lazy("expert", "Number"), max_length=20)
    name = forms.CharField(label=pgettext_lazy("review", "Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ("number", "name", "email", *ProfileForm.field_order)


def initial(expert: ExpertProfile) -> dict[str, Any]:
    """What the profile form starts from. One query for the names of the disciplines."""
    names = discipline_names(expert.disciplines)
    lists = {name: "; ".join(getattr(expert, name)) for name in ("keywords_zh", "keywords_en")}
    plain = {name: getattr(expert, name) for name in ("employer_name", "province", "biography", "capacity", "is_available")}
    code = (expert.employer.uscc or "") if expert.employer else ""
    return {**plain, **lists, "employer_uscc": code, "disciplines": "; ".join(names.get(word, word) for word in expert.disciplines)}


class AbsenceForm(forms.Form):
    starts_on = Day(label=_("First day"))
    ends_on = Day(label=_("Last day"))
    note = forms.CharField(label=pgettext_lazy("review", "Note"), max_length=200, required=False)


class RelationForm(HouseForm):
    kind = forms.ChoiceField(label=pgettext_lazy("relation", "Kind"), choices=RelationKind.choices)
    starts_on = Day(label=_("First day"), required=False)
    ends_on = Day(label=_("Last day"), required=False, help_text=_("Empty while it lasts."))
    note = forms.CharField(label=pgettext_lazy("review", "Note"), max_length=500, required=False)
    field_order = ("kind", "employer_name", "employer_uscc", "starts_on", "ends_on", "note")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["employer_name"].label = _("Enterprise")

    def facts(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        names = ("kind", "starts_on", "ends_on", "note")
        return {**{name: cleaned[name] for name in names}, "enterprise": cleaned["house"], "enterprise_name": cleaned["employer_name"]}


class InviteForm(forms.Form):
    answer_by = Day(label=_("Answer by"), required=False)
    note = forms.CharField(label=_("Message to the experts"), max_length=500, required=False)


class ConflictForm(forms.Form):
    expert = forms.CharField(label=_("Number of the expert"), max_length=20)
    application = forms.CharField(label=_("Number of the application"), max_length=40)
    kind = forms.ChoiceField(label=pgettext_lazy("relation", "Kind"), choices=RelationKind.choices)
    reason = forms.CharField(label=pgettext_lazy("review", "Note"), max_length=500, required=False)


_FIELD_OF = {"enterprise_name": "employer_name", "enterprise": "employer_name", "employer": "employer_name"}


def show_errors(form: forms.Form, invalid: Invalid) -> None:
    """Put a service's sentences at the fields of the form they speak of."""
    for field, sentence in invalid.errors.items():
        name = _FIELD_OF.get(field, field)
        form.add_error(name if name in form.fields else None, sentence)
