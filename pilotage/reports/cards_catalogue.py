"""Every kind of card, in the order in which they are offered. Imported once, when the house starts."""

from pilotage.reports import cards_targets, cards_numbers, cards_calls, cards_places, cards_industries, cards_measures, cards_text  # noqa: I001  the order is the one shown

__all__ = ["cards_calls", "cards_industries", "cards_measures", "cards_numbers", "cards_places", "cards_targets", "cards_text"]
