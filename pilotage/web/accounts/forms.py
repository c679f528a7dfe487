"""Input of the account pages; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import ROLES_OF_KIND, OrganisationKind, Role
from pilotage.accounts.models import Organisation
from pilotage.core.verdict import Invalid


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        roles = ROLES_OF_KIND[OrganisationKind(organisation.kind)]
        self.fields["role"].choices = [(role.value, role.label) for role in Role if role in roles]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Kept in the record.")
    )


class NewPersonForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=100, help_text=_("As it should stand on decisions."))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    repeated = forms.CharField(label=_("Password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("repeated") and cleaned["password"] != cleaned["repeated"]:
            self.add_error("repeated", _("The two passwords differ."))
        return cleaned


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the program"), max_length=100, help_text=_("To recognise the key later, such as “weekly export”.")
    )
    can_report = forms.BooleanField(label=_("This key may also send returns of figures"), required=False)


def show_errors(form: forms.Form, invalid: Invalid) -> None:
    """Put a service's sentences at the fields of the form they speak of."""
    for field, sentence in invalid.errors.items():
        form.add_error(field if field in form.fields else None, sentence)
