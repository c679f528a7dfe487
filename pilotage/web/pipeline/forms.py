"""What the secretariat types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.finance.facts.enums import Tier
from pilotage.finance.pipeline.enums import Direction, Market
from pilotage.registry.models import Enterprise
from pilotage.web.fields import Day


class EnterpriseField(forms.CharField):
    """The credit code or the full Chinese name."""

    def clean(self, value: Any) -> Enterprise:
        text = super().clean(value).strip()
        rows = Enterprise.objects.filter(uscc=text.upper()) | Enterprise.objects.filter(name_zh=text)
        found = list(rows.order_by("pk")[:2])
        if len(found) != 1:
            several = _("Several enterprises have this name. Give the credit code.")
            raise forms.ValidationError(several if found else _("There is no such enterprise in the register."))
        return found[0]


class NewForm(forms.Form):
    enterprise = EnterpriseField(label=_("Enterprise"), help_text=_("credit code or full name in Chinese"))
    market = forms.ChoiceField(label=_("Market"), choices=Market.choices)
    on = Day(label=_("On the cultivation list since"))
    sponsor = forms.CharField(label=_("Sponsor"), required=False, max_length=200, help_text=_("who tutors or sponsors the enterprise"))
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class BatchForm(forms.Form):
    receiver = forms.ChoiceField(label=_("Receiver"), help_text=_("a regulator or an exchange"))
    market = forms.ChoiceField(
        label=_("Market"),
        choices=Market.choices,
        help_text=_("everybody on its cultivation list is put on the list, but for those who do not meet by the newest screening"),
    )
    title_zh = forms.CharField(label=_("Name in Chinese"), max_length=150)
    title_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("for what the receiver gets the list; each enterprise consents to exactly this"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Organisation.objects.filter(kind=OrganisationKind.FINANCE).order_by("pk")
        self.fields["receiver"].choices = [("", "–"), *((str(body.pk), body.name) for body in bodies)]  # type: ignore[attr-defined]


class RoundForm(forms.Form):
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices)
    day = Day(label=_("Day of the figures"))
    effective_on = Day(label=_("The new tier holds from"))
    objection_days = forms.IntegerField(label=_("Days to object"), initial=5, min_value=1, max_value=30, help_text=_("working days"))
    source = forms.CharField(label=_("Source"), required=False, max_length=300, help_text=_("the operator's notice, where there is one"))


class LineForm(forms.Form):
    enterprise = EnterpriseField(label=_("Enterprise"), help_text=_("credit code or full name in Chinese"))
    ground = forms.CharField(label=_("Why it is on the list"), max_length=500)


class ObjectionForm(forms.Form):
    enterprise = EnterpriseField(label=_("Enterprise"), help_text=_("credit code or full name in Chinese"))
    who = forms.CharField(label=_("Who objects"), max_length=200)
    text = forms.CharField(label=_("Objection"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class TierForm(forms.Form):
    tier = forms.ChoiceField(label=_("Tier"), choices=[choice for choice in Tier.choices if choice[0] != Tier.NONE])
    from_on = Day(label=_("Since"))
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("where this is published: number and name of the announcement"))


class EnterpriseTierForm(TierForm):
    enterprise = EnterpriseField(label=_("Enterprise"), help_text=_("credit code or full name in Chinese"))
    field_order = ("enterprise", "tier", "from_on", "source")


class LeaveForm(forms.Form):
    until_on = Day(label=_("Last day on the tier"))
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("where this is published: number and name of the announcement"))
