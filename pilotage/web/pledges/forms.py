"""What enterprises, banks and the secretariat type about rights and pledges. Money in 万元 (CNY 10,000), rates in percent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core import clock
from pilotage.finance.pledges.checklist import PaperLine
from pilotage.finance.pledges.enums import ENTERED, OPTIONAL_PAPERS, EventCode, IpKind, Method, PaperState
from pilotage.finance.pledges.models import Pledge
from pilotage.registry.models import Division
from pilotage.web.fields import Day
from pilotage.web.pledges.common import to_basis_points, to_percent, to_wan, to_yuan

WAN = _("CNY 10,000")
SAID = (("", _("not said")), ("yes", pgettext_lazy("answer", "yes")), ("no", pgettext_lazy("answer", "no")))


def _wan(label: Any, **kwargs: Any) -> forms.DecimalField:
    wrong = {"min_value": _("Give an amount above zero. What is not known is entered neither as -1 nor as 0.")}
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=13, decimal_places=4, help_text=WAN, error_messages=wrong, **kwargs
    )


class Sure(forms.Form):
    """A form whose amount may be doubted; the box is shown once it is."""

    sure = forms.BooleanField(label=_("The amount is right as it stands"), required=False, widget=forms.HiddenInput)

    def doubted(self) -> None:
        self.fields["sure"].widget = forms.CheckboxInput()


def _rate(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, **{"min_value": 0, "max_value": 100, "max_digits": 5, "decimal_places": 2, **kwargs})


def _answer(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=SAID, required=False)


def answer_of(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def said_as(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.replace("；", "\n").splitlines() if line.strip()]


class RightForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=IpKind.choices)
    number = forms.CharField(label=pgettext_lazy("right", "Number"), max_length=40)
    title = forms.CharField(label=_("Name"), max_length=300)
    filed_on = Day(label=_("Filed on"), required=False)
    granted_on = Day(
        label=pgettext_lazy("right", "Granted on"), required=False, help_text=_("Leave it empty while an application is pending.")
    )
    expires_on = Day(label=_("Expires on"), required=False)
    fee_due_on = Day(label=_("Next annual fee due on"), required=False, help_text=_("Patents only."))
    has_pair = _answer(_("A same-day utility model or invention exists"))
    pair_number = forms.CharField(label=_("Its number"), max_length=40, required=False)
    owners = forms.CharField(
        label=_("Registered owners"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name in a line, as registered."),
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Where this stands, as a copy of the patent register with its day.")
    )

    def values(self) -> dict[str, Any]:
        found = dict(self.cleaned_data)
        return {**found, "has_pair": answer_of(found["has_pair"]), "owners": lines_of(found["owners"])}


class EventForm(forms.Form):
    code = forms.ChoiceField(label=_("Event"), choices=[(code.value, code.label) for code in ENTERED])
    on = Day(label=_("On"))
    until = Day(label=_("Next fee due on"), required=False, help_text=_("For a payment."))
    owners = forms.CharField(
        label=_("Owners after it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For a transfer, one name in a line."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].initial = EventCode.LOOKED_UP  # what is entered most often
        self.fields["on"].initial = clock.today
        # the code of the gazette stands before the word, as people search for it
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            (code.value, f"{code.value} {code.label}" if code.value.isupper() else code.label) for code in ENTERED
        ]

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "owners": lines_of(self.cleaned_data["owners"])}


class ValueForm(Sure):
    method = forms.ChoiceField(label=_("Method"), choices=Method.choices)
    valuer = forms.CharField(label=_("Valuer"), max_length=200)
    valued_on = Day(label=_("Valued on"))
    amount = _wan(pgettext_lazy("valuation", "Value"))
    valid_until = Day(label=_("Valid until"))

    field_order = ("method", "valuer", "valued_on", "amount", "sure")

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "amount": to_yuan(self.cleaned_data["amount"])}


class OfferForm(Sure):
    organisation = forms.ChoiceField(label=_("Bank"))
    amount = _wan(_("Amount"))
    purpose = forms.CharField(label=_("Purpose"), required=False, max_length=300)
    assets = forms.MultipleChoiceField(label=_("Rights to pledge"), widget=forms.CheckboxSelectMultiple)
    field_order = ("organisation", "amount", "sure")

    def __init__(self, *args: Any, banks: Any, rights: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [("", "–"), *((str(each.pk), each.name) for each in banks)]  # type: ignore[attr-defined]
        self.fields["assets"].choices = [(str(each.pk), label) for each, label in rights]  # type: ignore[attr-defined]


class TermsForm(Sure):
    """Terms of the loan: for the contract and for a change."""

    number = forms.CharField(label=_("Number of the agreement"), max_length=80)
    on = Day(label=_("Signed on"))
    amount = _wan(_("Amount"))
    months = forms.IntegerField(label=pgettext_lazy("loan", "Term"), required=False, min_value=1, max_value=600, help_text=_("months"))
    rate = _rate(_("Rate"), required=False, help_text=_("percent a year"))
    debt_ends_on = Day(label=_("The debt ends on"))
    field_order = ("number", "on", "amount", "sure")

    def terms(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            "amount": to_yuan(found["amount"]),
            "months": found["months"],
            "rate": to_basis_points(found["rate"]),
            "debt_ends_on": found["debt_ends_on"],
        }


def terms_initial(pledge: Pledge) -> dict[str, Any]:
    return {
        "amount": to_wan(pledge.amount),
        "months": pledge.months,
        "rate": to_percent(pledge.rate),
        "debt_ends_on": pledge.debt_ends_on,
    }


class FileForm(forms.Form):
    """Papers that lie there without a scan, and what the parties say; only what this pledge raises is asked."""

    is_complete = _answer(_("The contract holds what article 8 asks for"))
    consents = _answer(_("All co-owners consent in writing"))
    is_free = _answer(_("No other ground of refusal is known"))
    knows_pair = _answer(_("Both sides know and accept a same-day counterpart"))
    knows_contest = _answer(_("Both sides know and accept a pending invalidation"))

    def __init__(self, *args: Any, pledge: Pledge, lines: Iterable[PaperLine], asked: Collection[str], **kwargs: Any) -> None:
        unscanned = [line for line in lines if not line.is_scanned]
        initial = {f"paper_{line.paper}": line.state for line in unscanned}
        super().__init__(*args, initial={**initial, **{name: said_as(getattr(pledge, name)) for name in self.base_fields}}, **kwargs)
        for name in set(self.base_fields) - set(asked):
            del self.fields[name]
        for line in unscanned:
            optional = line.paper in OPTIONAL_PAPERS
            choices = [
                (state.value, ON_PAPER.get(state, state.label)) for state in PaperState if optional or state != PaperState.NOT_NEEDED
            ]
            self.fields[f"paper_{line.paper}"] = forms.ChoiceField(label=line.paper.label, choices=choices, required=False)

    def questions(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("paper_")]

    def unscanned(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("paper_")]

    def papers(self) -> dict[str, str]:
        return {name.removeprefix("paper_"): value for name, value in self.cleaned_data.items() if name.startswith("paper_") and value}

    def told(self) -> dict[str, bool | None]:
        """What was not asked stays as it was said before."""
        return {name: answer_of(self.cleaned_data[name]) for name in self.base_fields if name in self.data}


ON_PAPER = {PaperState.THERE: _("There, on paper"), PaperState.MISSING: _("Missing, or to be scanned")}


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class ScanForm(forms.Form):
    """Scans of one paper, several at once."""

    paper = forms.ChoiceField(label=pgettext_lazy("paper of a pledge", "Paper"))
    files = forms.FileField(label=_("Scans"), required=False, widget=_Files(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"}))

    def __init__(self, *args: Any, lines: Iterable[PaperLine], **kwargs: Any) -> None:
        lines = list(lines)
        missing = next((line.paper for line in lines if not line.is_settled), "")
        super().__init__(*args, initial={"paper": missing}, **kwargs)
        self.fields["paper"].choices = [(line.paper.value, line.paper.label) for line in lines]  # type: ignore[attr-defined]
        most = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        self.fields["files"].help_text = _("PDF, JPG, PNG, DOCX or XLSX, each up to %(most)s MB; several at once.") % {"most": most}


class RegisterForm(forms.Form):
    number = forms.CharField(label=_("Registration number"), max_length=80)
    on = Day(label=_("Registered on"))


class PublishForm(forms.Form):
    on = Day(label=pgettext_lazy("pledge", "Published on"))


class DefaultForm(forms.Form):
    on = Day(label=_("In default since"), help_text=_("The region's term of that day decides about compensation."))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ClaimForm(forms.Form):
    loss = _wan(_("Lost principal"))


class DisposeForm(forms.Form):
    recovered = _wan(_("What came in"))
    reason = forms.CharField(label=_("How the rights were disposed of"), max_length=500)


class TermForm(forms.Form):
    region = forms.ChoiceField(label=pgettext_lazy("registry", "Region"))
    share = _rate(_("Share of the lost principal"), help_text=_("percent"))
    most = _wan(_("At most for one loan"), required=False)
    in_force = Day(label=_("In force from"))
    until = Day(label=_("In force until"), required=False)
    source = forms.CharField(label=_("Source"), max_length=500)
    verified = forms.BooleanField(label=_("Checked against the official text"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        divisions = Division.objects.filter(level__in=["province", "prefecture"]).order_by("pk")
        self.fields["region"].choices = [("", "–"), *((row.pk, row.name) for row in divisions)]  # type: ignore[attr-defined]
