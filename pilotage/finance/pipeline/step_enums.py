"""What a row in a project's history is, why a review is suspended, and what a document of a step is."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class StepKind(TextChoices):
    """``ENTERED`` also stands for corrections, which name the row they correct."""

    ENTERED = "entered", pgettext_lazy("entry of a listing", "Entered")
    ANSWERED = "answered", pgettext_lazy("entry of a listing", "Questions answered")
    TAKEN_BACK = "taken_back", pgettext_lazy("entry of a listing", "Taken back")


class Cause(TextChoices):
    """Why a review is suspended. The first is A1 of the finance dossier, with a source for the practice; the others are general practice."""

    FINANCIALS_EXPIRED = "financials_expired", pgettext_lazy("cause of a suspension", "Financial statements expired")
    INTERMEDIARY = "intermediary", pgettext_lazy("cause of a suspension", "Sponsor, auditor or law firm under investigation or restricted")
    ISSUER = "issuer", pgettext_lazy("cause of a suspension", "Enterprise under investigation")
    REQUESTED = "requested", pgettext_lazy("cause of a suspension", "Asked for by the enterprise and its sponsor")
    OTHER = "other", pgettext_lazy("cause of a suspension", "Another cause")


class DocumentKind(TextChoices):
    AGREEMENT = "agreement", pgettext_lazy("document of a listing", "Agreement with a sponsor")
    FILING = "filing", pgettext_lazy("document of a listing", "Application or filing")
    ACCEPTANCE = "acceptance", pgettext_lazy("document of a listing", "Notice of acceptance")
    QUESTIONS = "questions", pgettext_lazy("document of a listing", "Letter of questions")
    ANSWERS = "answers", pgettext_lazy("document of a listing", "Letter of answers")
    DECISION = "decision", pgettext_lazy("document of a listing", "Decision or approval")
    OTHER = "other", pgettext_lazy("document of a listing", "Another document")
