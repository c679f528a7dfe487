"""Every kind of card, in the order in which they are offered. Imported once, when the house starts."""

from pilotage.reports.cards import targets, numbers, calls, places, industries, measures, text  # noqa: I001  the order is the one shown

__all__ = ["calls", "industries", "measures", "numbers", "places", "targets", "text"]
