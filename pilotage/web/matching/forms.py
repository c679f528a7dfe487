"""What enterprises, institutions and the secretariat type. Money in 万元 (CNY 10,000), rates in percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.accounts.models import Organisation
from pilotage.finance.channels.models import Channel
from pilotage.finance.matching.enums import Collateral, FundingStage, OfferKind, Purpose
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.registry.models import Division, Industry
from pilotage.web.fields import Day
from pilotage.web.matching.common import to_basis_points, to_percent, to_wan, to_yuan

WAN = _("CNY 10,000")


# a field of type number would take the unit away without a word
TYPED = {"inputmode": "decimal", "autocomplete": "off"}
ALONE = _("Write the number alone: it is counted in CNY 10,000 already, so 30 million yuan are 3000.")


class Wan(forms.DecimalField):
    """An amount in 万元; whole yuan. With another unit, or any, beside the number it is refused."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"invalid": ALONE, "max_decimal_places": _("Amounts are in whole yuan: at most four places after the point.")}
        super().__init__(
            **{
                "min_value": Decimal("0.0001"),
                "max_digits": 13,
                "decimal_places": 4,
                "help_text": WAN,
                "error_messages": told,
                "widget": forms.TextInput(attrs=TYPED),
                **kwargs,
            }
        )

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(str(value).replace(",", "").replace("，", "") if value not in self.empty_values else value)


class Rate(forms.DecimalField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "min_value": Decimal(0),
                "max_value": Decimal(100),
                "max_digits": 5,
                "decimal_places": 2,
                "help_text": _("percent a year"),
                "error_messages": {"invalid": _("Write the number alone: it is counted in percent already.")},
                "widget": forms.TextInput(attrs=TYPED),
                **kwargs,
            }
        )


class Several(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})


def _one_of(choices: Any, *, blank: Any = "–") -> list[tuple[str, Any]]:
    return [("", blank), *choices]


class _OnChannels(forms.Form):
    """``offered``: channels with an open offer, which come first; None where that does not matter."""

    def __init__(self, *args: Any, channels: Mapping[str, Channel], offered: Set[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(key, each.title) for key, each in channels.items()]
        if offered:
            first = [row for row in own if row[0] in offered]
            rest = [row for row in own if row[0] not in offered]
            own = [(_("With open offers"), first), *([(_("Without an offer now"), rest)] if rest else [])]
        self.fields["channel"].choices = _one_of(own)  # type: ignore[attr-defined]


class NeedForm(_OnChannels):
    channel = forms.ChoiceField(label=_("Channel"))
    amount = Wan(label=_("Amount"))
    months = forms.IntegerField(
        label=pgettext_lazy("loan", "Term"), required=False, min_value=1, max_value=600, help_text=_("months; leave it empty for equity")
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=_one_of(Purpose.choices))
    purpose_text = forms.CharField(
        label=_("What it is for, in your own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Institutions read this only after you have consented to the introduction."),
    )
    collateral = Several(
        label=_("Collateral"),
        choices=Collateral.choices,
        help_text=_("Choose none where you offer none; leave all empty if it is still open."),
    )
    stage = forms.ChoiceField(
        label=_("Stage of funding"), required=False, choices=_one_of(FundingStage.choices), help_text=_("for equity only")
    )
    valid_until = Day(label=_("Holds until"))

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "amount": to_yuan(self.cleaned_data["amount"])}


def need_initial(need: Need) -> dict[str, Any]:
    names = ("channel", "months", "purpose", "purpose_text", "stage", "valid_until")
    return {**{name: getattr(need, name) for name in names}, "amount": to_wan(need.amount), "collateral": need.collateral_codes}


class OfferForm(_OnChannels):
    kind = forms.ChoiceField(label=_("Kind"), choices=OfferKind.choices)
    channel = forms.ChoiceField(label=_("Channel"))
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    amount_from = Wan(label=_("Amount from"), required=False)
    amount_to = Wan(label=_("Amount to"), required=False)
    months_from = forms.IntegerField(label=_("Term from"), required=False, min_value=1, max_value=600, help_text=_("months"))
    months_to = forms.IntegerField(label=_("Term to"), required=False, min_value=1, max_value=600, help_text=_("months"))
    rate_from = Rate(label=_("Rate from"), required=False)
    rate_to = Rate(label=_("Rate to"), required=False)
    valid_from = Day(label=_("Holds from"))
    valid_until = Day(label=_("Holds until"))
    purposes = Several(label=_("Purposes"), choices=Purpose.choices, help_text=_("none ticked: any"))
    collateral = Several(
        label=_("Collateral that is taken"), choices=Collateral.choices, help_text=_("one of them is enough; none ticked: none asked")
    )
    stages = Several(label=_("Stages of funding"), choices=FundingStage.choices, help_text=_("none ticked: any"))
    regions = Several(label=pgettext_lazy("financing", "Provinces"), help_text=_("none ticked: the whole country"))
    industries = Several(label=_("Industries"), help_text=_("none ticked: any"))
    note_zh = forms.CharField(label=_("Note in Chinese"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    note_en = forms.CharField(label=_("Note in English"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("regions") or []
        divisions = Division.objects.filter(level="province") | Division.objects.filter(pk__in=kept)
        self.fields["regions"].choices = [(row.pk, row.name) for row in divisions.order_by("pk")]  # type: ignore[attr-defined]
        own = set(self.initial.get("industries") or [])
        trades = [
            row for row in Industry.objects.order_by("level", "pk") if row.level == "section" or row.parent_id == "C" or row.pk in own
        ]
        self.fields["industries"].choices = [(row.pk, row.short) for row in trades]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        found = dict(self.cleaned_data)
        for end in ("from", "to"):
            found[f"amount_{end}"] = to_yuan(found[f"amount_{end}"])
            found[f"rate_{end}"] = to_basis_points(found[f"rate_{end}"])
        return found


def offer_initial(offer: Offer) -> dict[str, Any]:
    found = {name: getattr(offer, name) for name in OfferForm.base_fields}
    for end in ("from", "to"):
        found[f"amount_{end}"] = to_wan(found[f"amount_{end}"])
        found[f"rate_{end}"] = to_percent(found[f"rate_{end}"])
    return found


class CloseForm(forms.Form):
    amount = Wan(label=_("Amount of the contract"))
    closed_on = Day(label=_("Signed on"))
    months = forms.IntegerField(label=pgettext_lazy("loan", "Term"), required=False, min_value=1, max_value=600, help_text=_("months"))
    rate = Rate(label=_("Rate"), required=False)


class CorrectionForm(CloseForm):
    reason = forms.CharField(label=_("What was wrong"), max_length=500, help_text=_("The enterprise reads it."))


def contract_initial(row: Introduction) -> dict[str, Any]:
    return {"amount": to_wan(row.amount), "closed_on": row.closed_on, "months": row.months, "rate": to_percent(row.rate)}


class NoteForm(forms.Form):
    """``banks``: among whom the underwriter is chosen; none where it is the reader's own."""

    issuer = forms.CharField(label=_("Credit code of the issuer"), max_length=18)
    underwriter = forms.ChoiceField(label=_("Underwriter"), required=False)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=150)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    amount = Wan(label=_("Amount"))
    proceeds_to_tech = Wan(label=_("Of it for sci-tech"), required=False, min_value=Decimal(0))
    months = forms.IntegerField(label=pgettext_lazy("loan", "Term"), required=False, min_value=1, max_value=600, help_text=_("months"))
    use_text = forms.CharField(label=_("Use of the proceeds"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, banks: Sequence[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["underwriter"].choices = _one_of([(str(bank.pk), bank.name) for bank in banks])  # type: ignore[attr-defined]
        if not banks:
            del self.fields["underwriter"]

    def values(self) -> dict[str, Any]:
        found = dict(self.cleaned_data)
        return {**found, "amount": to_yuan(found["amount"]), "proceeds_to_tech": to_yuan(found["proceeds_to_tech"])}


class IssueForm(forms.Form):
    issued_amount = Wan(label=_("Amount issued"))
    issued_on = Day(label=pgettext_lazy("bond", "Day of issue"))
    rate = Rate(label=_("Rate"), required=False)


class BatchForm(forms.Form):
    title_zh = forms.CharField(label=_("Name in Chinese"), max_length=150)
    title_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    organisation = forms.ChoiceField(label=_("For which bank"))
    source = forms.ChoiceField(
        label=_("Who is on it"), help_text=_("Everybody who held the title, or had an entry in force, on the day below.")
    )
    as_of = Day(label=_("Day of the list"))
    region = forms.ChoiceField(label=_("Province"), required=False)
