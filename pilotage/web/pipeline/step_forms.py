"""What is typed on the page of a project: a step, a stop, a correction, a paper, who works it, the enterprise's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.accounts.models import User
from pilotage.finance.pipeline.step_enums import Cause, DocumentKind
from pilotage.web.fields import Day

Choices = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What the fields of a project's forms offer, reckoned once for all of them. ``steps``: those that hold, newest first."""

    forward: Choices = ()
    stops: Choices = ()
    owners: Sequence[User] = ()
    steps: Choices = ()
    today: str = ""


class _Form(forms.Form):
    """``name`` keeps the ids of several forms on one page apart."""

    name = ""

    def __init__(self, data: Any = None, files: Any = None, *, offered: Offered, initial: Any = None, name: str = "") -> None:
        super().__init__(data, files, auto_id=f"{name or self.name}-%s", initial=initial)
        self.offered = offered
        for field, values in self.choices().items():
            self.fields[field].choices = values  # type: ignore[attr-defined]
        for field in ("on", "dated"):
            if field in self.fields:
                self.fields[field].widget.attrs["max"] = offered.today

    def choices(self) -> dict[str, Iterable[tuple[Any, Any]]]:
        return {"owner": [("", "–"), *((each.pk, str(each)) for each in self.offered.owners)]} if "owner" in self.fields else {}

    def clean_owner(self) -> User | None:
        chosen = self.cleaned_data["owner"]
        return next((each for each in self.offered.owners if str(each.pk) == chosen), None)


def _paper() -> forms.CharField:
    return forms.CharField(label=_("Number of the paper"), required=False, max_length=200)


def _reason() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=1000)


def _owner() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Responsible"), required=False)


class StepForm(_Form):
    name = "step"
    verb = forms.ChoiceField(label=pgettext_lazy("listing", "Step"))
    on = Day(label=_("Day"))
    owner = _owner()
    document = _paper()

    def choices(self) -> dict[str, Iterable[tuple[Any, Any]]]:
        return {**super().choices(), "verb": self.offered.forward}


class SuspendForm(_Form):
    name = "suspend"
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "–"), *Cause.choices])
    on = Day(label=_("Day"))
    until = Day(label=_("Last day of the limit"), required=False)
    document = _paper()
    reason = _reason()


class StopForm(_Form):
    name = "stop"
    verb = forms.ChoiceField(label=pgettext_lazy("listing", "Step"))
    on = Day(label=_("Day"))
    document = _paper()
    reason = _reason()

    def choices(self) -> dict[str, Iterable[tuple[Any, Any]]]:
        return {**super().choices(), "verb": self.offered.stops}


class TakeBackForm(_Form):
    name = "back"
    reason = _reason()


class CorrectForm(_Form):
    name = "correct"
    on = Day(label=_("Right day"))
    owner = _owner()
    document = _paper()
    reason = _reason()


class DocumentForm(_Form):
    name = "paper"
    step = forms.ChoiceField(label=pgettext_lazy("listing", "Step"))
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices, initial=DocumentKind.OTHER)
    title = forms.CharField(label=_("Name of the document"), required=False, max_length=200)
    dated = Day(label=_("Day that stands on it"), required=False)
    file = forms.FileField(label=_("File"), help_text=_("PDF, Word, Excel, ZIP or a picture, up to 20 MB"))
    for_receivers = forms.BooleanField(label=_("Also for those to whom the enterprise was recommended"), required=False)

    def choices(self) -> dict[str, Iterable[tuple[Any, Any]]]:
        return {"step": self.offered.steps}


class OwnerForm(_Form):
    name = "owner"
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    sponsor = forms.CharField(label=_("Sponsor"), required=False, max_length=200)
    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class TellForm(_Form):
    name = "tell"
    sponsor = forms.CharField(label=_("Sponsor"), required=False, max_length=200, help_text=_("who tutors or sponsors the enterprise"))
    own_note = forms.CharField(
        label=_("How it stands"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("read by the secretariat and auditors, not by receivers of recommendations"),
    )
