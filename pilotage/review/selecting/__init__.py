"""Selection under crossing quotas: proven best, with a bar and a reason for everyone left out.

    select(candidates, quotas, terms) -> Selection       .places .selected .reserve .substitutes .relaxed .certificate .checks
    enough(selection, key) -> Decimal | None             the score that would have been enough, by solving again
    grey_zone(selection, keys, draws) -> GreyZone        probability of selection from draws of the scores
    compare(before, after) -> Difference                 what-if: who enters, who leaves, what it costs

Example, two places, at most one for province 11:

    >>> from decimal import Decimal
    >>> from pilotage.review.selecting import Candidate, Quota, Terms, enough, select
    >>> given = {"a": ("90", "11"), "b": ("86.5", "11"), "c": ("80", "32"), "d": ("79", "32")}
    >>> pool = [Candidate(key, Decimal(score), {"province": province}) for key, (score, province) in given.items()]
    >>> found = select(pool, [Quota("province", "11", maximum=1)], Terms(total=2, reserve=1))
    >>> found.selected, found.reserve, found.certificate.method, found.checks.sound
    (('a', 'c'), ('d',), 'lp', True)
    >>> b = found.place("b")
    >>> b.reason, str(b.bar.value), [(part.code, str(part.amount)) for part in b.bar.parts]
    ('quota_maximum', '90.000', [('line', '80.000'), ('maximum', '10.000')])
    >>> str(enough(found, "b")), found.substitutes
    ('90.000', {'a': 'b', 'c': 'd'})
"""

from pilotage.review.selecting.engine import Selection, select
from pilotage.review.selecting.grey import GreyZone, grey_zone
from pilotage.review.selecting.model import (
    NOT_SELECTED,
    RESERVE,
    SELECTED,
    Bar,
    Blocker,
    Candidate,
    Certificate,
    Checks,
    Lottery,
    Part,
    Place,
    Quota,
    Relaxed,
    SelectionError,
    Terms,
    Used,
)
from pilotage.review.selecting.whatif import Difference, compare, enough

__all__ = [
    "NOT_SELECTED",
    "RESERVE",
    "SELECTED",
    "Bar",
    "Blocker",
    "Candidate",
    "Certificate",
    "Checks",
    "Difference",
    "GreyZone",
    "Lottery",
    "Part",
    "Place",
    "Quota",
    "Relaxed",
    "Selection",
    "SelectionError",
    "Terms",
    "Used",
    "compare",
    "enough",
    "grey_zone",
    "select",
]
