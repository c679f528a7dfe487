"""What the secretariat types on the management page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pilotage.directory.enums import EntryLabel
from pilotage.web.fields import Day

MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"], **kwargs)


class NoticeForm(forms.Form):
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes"))
    body_zh = forms.CharField(
        label=_("Text of the notice (Chinese)"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    body_en = forms.CharField(
        label=_("Text of the notice (English)"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class EntryActForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    next_evaluation_on = Day(label=_("Next re-evaluation"), required=False)
    label = forms.ChoiceField(label=_("Label"), required=False, choices=[("", _("no label")), *EntryLabel.choices])
