"""Is this channel open to this enterprise on this day, and what is missing?

Data: a :class:`Rule` (a tree of all, any, none, at least k over conditions), parameters whose values hold for days and regions,
and the facts of one enterprise: whole numbers in the unit of each metric, truths, codes; what is not known is absent.
Algorithm: ``in_force`` puts the values of a day and region into the tree and drops what did not hold then; ``explain`` walks it with
the facts of one; ``compile_sql`` writes it as one expression for a table of many. Both count with whole numbers only (a quotient is
compared by multiplying out), so they cannot differ by rounding.
Truth has three values (Kleene). A verdict is *meets*, *does not meet*, *needs attestation* (all that is measured holds, somebody
has still to state the rest) or *cannot determine*.
Refuses: unknown metrics, mixed units, products of two metrics, values that contradict or overlap each other in time.
"""

from pilotage.finance.rules.compiler import Dialect, compile_sql
from pilotage.finance.rules.model import (
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Condition,
    Holds,
    Metric,
    Node,
    NoneOf,
    Parameter,
    Rule,
    RuleError,
    Value,
    Verdict,
)
from pilotage.finance.rules.reading import read_rule
from pilotage.finance.rules.resolving import NotInForce, Resolved, in_force
from pilotage.finance.rules.walker import Explanation, Told, explain

__all__ = [
    "All", "AnyOf", "AtLeast", "Attested", "Category", "Compare", "Condition", "Dialect", "Explanation", "Holds", "Metric", "Node", "NoneOf",
    "NotInForce", "Parameter", "Resolved", "Rule", "RuleError", "Told", "Value", "Verdict", "compile_sql", "explain", "in_force", "read_rule",
]  # fmt: skip
