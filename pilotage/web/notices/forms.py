"""What objectors, applicants and the secretariat type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilotage.directory.models import PublicNotice
from pilotage.directory.selectors.notices import rows_of
from pilotage.directory.services.hearings import HEARING_DAYS, MOST_DAYS
from pilotage.directory.services.objections import MAX_TEXT

FILES = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none; what each holds is judged where it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFiles(attrs={"accept": FILES}), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [each for each in (data if isinstance(data, list | tuple) else [data]) if each]


class ObjectionForm(forms.Form):
    application = forms.TypedChoiceField(
        label=_("What do you object to"), required=False, coerce=int, empty_value=None, help_text=_("One row, or the list as a whole.")
    )
    text = forms.CharField(
        label=_("What you object to and on what facts"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Name the facts, where they can be checked, and what should be decided."),
    )
    files = FilesField(label=_("Evidence"), help_text=_("PDF, JPG, PNG, DOCX or XLSX. More can be added after filing."))
    is_confidential = forms.TypedChoiceField(
        label=_("Who may know who you are"),
        choices=[
            ("", _("Named: the applicant may learn my name and organisation when it is heard")),
            ("1", _("Confidential: only the secretariat and auditors")),
        ],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Your name"), max_length=100, required=False, help_text=_("May be left out where you file confidentially.")
    )
    organisation = forms.CharField(label=_("Organisation"), max_length=200, required=False)
    contact = forms.CharField(
        label=_("Telephone"),
        max_length=200,
        required=False,
        help_text=_("Seen by the secretariat and auditors only, and used for this objection only."),
    )
    # left empty by people, filled by machines
    website = forms.CharField(
        label=_("Leave this field empty"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args: Any, notice: PublicNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.application_id: row.application for row in rows_of(notice)}
        choices = [(pk, f"{a.project_title} · {a.enterprise.name}") for pk, a in self.rows.items()]
        self.fields["application"].choices = [  # type: ignore[attr-defined]
            ("", _("The list as a whole")),
            *choices,
        ]

    @property
    def is_machine(self) -> bool:
        return bool(self.data.get("website"))


class HearingForm(forms.Form):
    question = forms.CharField(
        label=_("What the applicant is to answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Goes to the applicant word for word."),
    )
    days = forms.IntegerField(label=_("Working days for the answer"), min_value=1, max_value=MOST_DAYS, initial=HEARING_DAYS)


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=_("Decision and reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Shown to the person who objected. Do not name third persons."),
    )
    alike = forms.BooleanField(required=False)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))


class EvidenceForm(forms.Form):
    files = FilesField(label=_("Evidence"), help_text=_("PDF, JPG, PNG, DOCX or XLSX."))
