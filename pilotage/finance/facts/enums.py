from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(TextChoices):
    """Tiers of the National Equities Exchange and Quotations; the select tier became the Beijing Stock Exchange in November 2021."""

    BASE = "base", _("base tier")
    INNOVATION = "innovation", _("innovation tier")
    SELECT = "select", _("select tier")
    NONE = "none", _("on no tier")


class Board(TextChoices):
    STAR = "star", _("STAR Market")
    CHINEXT = "chinext", _("ChiNext")
    MAIN = "main", pgettext_lazy("stock exchange", "main board")
    BSE = "bse", _("Beijing Stock Exchange")
    NONE = "none", _("not listed on an exchange")
