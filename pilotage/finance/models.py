"""The models of this room, each kept in a module of its own."""

from pilotage.finance.channels.models import Channel as Channel
from pilotage.finance.facts.models import Attestation as Attestation
from pilotage.finance.facts.models import Fact as Fact
from pilotage.finance.facts.models import FactRow as FactRow
from pilotage.finance.facts.models import TierStay as TierStay
