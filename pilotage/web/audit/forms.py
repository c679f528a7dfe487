"""The filters of the record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.web.audit.words import acts
from pilotage.web.fields import Day

DAY_HELP = _("Format: 2023-10-31")


class EventFilter(forms.Form):
    """All fields optional; together they narrow. ``verb`` is a key or its words, ``object`` is ``type`` or ``type/id``."""

    verb = forms.CharField(label=_("Act"), required=False, max_length=80, widget=forms.TextInput(attrs={"list": "verbs"}))
    object = forms.CharField(label=_("Object"), required=False, max_length=150)
    actor = forms.CharField(label=_("E-mail address or name"), required=False, max_length=254)
    since = Day(label=_("From"), required=False, help_text=DAY_HELP)
    until = Day(label=_("To"), required=False, help_text=DAY_HELP)

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        given = self.cleaned_data if self.is_valid() else {}
        if verb := given.get("verb"):
            meant = [key for key, words in acts() if words == verb] or [verb]
            events = events.filter(verb__startswith=verb) if verb.endswith(".") else events.filter(verb__in=meant)
        if wanted := given.get("object"):
            kind, _slash, pk = wanted.partition("/")
            events = events.filter(object_type=kind, **({"object_id": pk} if pk else {}))
        if actor := given.get("actor"):
            people = User.objects.filter(email__iexact=actor) | User.objects.filter(name=actor)
            events = events.filter(actor__in=people)
        if given.get("since"):
            events = events.filter(at__gte=_start(given["since"]))
        if given.get("until"):
            events = events.filter(at__lt=_start(given["until"] + timedelta(days=1)))
        return events

    def is_narrow(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
