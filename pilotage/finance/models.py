"""The models of this room, each kept in a module of its own."""

from pilotage.finance.channels.models import Channel as Channel
from pilotage.finance.facts.models import Attestation as Attestation
from pilotage.finance.facts.models import Fact as Fact
from pilotage.finance.facts.models import FactRow as FactRow
from pilotage.finance.facts.models import TierStay as TierStay
from pilotage.finance.matching.models import Introduction as Introduction
from pilotage.finance.matching.models import Need as Need
from pilotage.finance.matching.models import Offer as Offer
from pilotage.finance.matching.paper_models import BondNote as BondNote
from pilotage.finance.matching.paper_models import ColumnTemplate as ColumnTemplate
from pilotage.finance.matching.paper_models import RelendingBatch as RelendingBatch
from pilotage.finance.matching.paper_models import RelendingLine as RelendingLine
