"""State tables as data: which verb leads from which states to which, and who may say it.

A room declares one :class:`StateTable` per model in its ``transitions.py``; the one function
that applies it is ``audit.services.transition``. Nothing here has effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from pilotage.core.verdict import YES, Verdict

Rule = Callable[[Any, Any], Verdict]  # (actor, obj) -> Verdict
Validator = Callable[[Any], None]  # (obj); raises core.verdict.Invalid
Stamp = Callable[[Any, str], Mapping[str, Any]]  # (obj, target) -> columns that follow from the new state, as the day it was entered


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a state table.

    ``audit_verb`` defaults to ``<table name>.<verb>``. ``needs_reason`` refuses an empty reason.
    ``two_person`` marks an irreversible act: one person proposes, another confirms.
    An act that is taken back leads to where the object came from: ``back_field`` names the column that
    remembers it, ``back_to`` what it may hold; ``target`` is then only the usual one.
    """

    verb: str
    sources: frozenset[str]
    target: str
    rule: Rule
    validators: tuple[Validator, ...] = ()
    needs_reason: bool = False
    two_person: bool = False
    label: Any = ""
    back_field: str = ""
    back_to: frozenset[str] = frozenset()

    @property
    def targets(self) -> frozenset[str]:
        return self.back_to | {self.target}

    def target_of(self, obj: Any) -> str:
        """Where this object goes; what a rule has let through and remembers no way back goes to the usual target."""
        remembered = getattr(obj, self.back_field) if self.back_field else self.target
        return remembered if remembered in self.back_to else self.target


@dataclass(frozen=True, slots=True)
class StateTable:
    name: str
    states: tuple[str, ...]
    initial: str
    rows: tuple[Transition, ...]
    field: str = "state"
    stamp: Stamp | None = None
    by_verb: dict[str, Transition] = dataclass_field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_verb", {row.verb: row for row in self.rows})
        if len(self.by_verb) != len(self.rows):
            raise ValueError(f"{self.name}: a verb is declared twice")
        known = set(self.states)
        for row in self.rows:
            unknown = (row.sources | row.targets) - known
            if unknown:
                raise ValueError(f"{self.name}.{row.verb}: unknown state {sorted(unknown)}")
        if self.initial not in known:
            raise ValueError(f"{self.name}: unknown initial state {self.initial}")

    def audit_verb(self, verb: str) -> str:
        return f"{self.name}.{verb}"

    def verbs_from(self, state: str) -> list[Transition]:
        return [row for row in self.rows if state in row.sources]

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram, for the docs."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [
            f"    {source} --> {target}: {row.verb}{' (two people)' if row.two_person else ''}"
            for row in self.rows
            for source in self.states
            if source in row.sources
            for target in self.states
            if target in row.targets
        ]
        return "\n".join(lines)


def row(
    verb: str,
    sources: Iterable[str] | str,
    target: str,
    rule: Rule,
    *validators: Validator,
    needs_reason: bool = False,
    two_person: bool = False,
    label: Any = "",
    back: tuple[str, Iterable[str]] = ("", ()),
) -> Transition:
    """Shorthand for one row; ``sources`` may be one state or several. ``back``: the column that remembers, and what it may hold."""
    states = frozenset([sources]) if isinstance(sources, str) else frozenset(sources)
    return Transition(verb, states, target, rule, tuple(validators), needs_reason, two_person, label, back[0], frozenset(back[1]))


def anyone(_actor: Any, _obj: Any) -> Verdict:
    return YES


_tables: dict[str, StateTable] = {}


def register(model_label: str, table: StateTable) -> StateTable:
    """Bind a table to a model (``app_label.modelname``, lower case). Called by a room's ``transitions.py``."""
    if model_label in _tables and _tables[model_label] != table:
        raise ValueError(f"{model_label} has a state table already")
    _tables[model_label] = table
    return table


def table_for(obj: Any) -> StateTable:
    return _tables[obj._meta.label_lower]


def all_tables() -> dict[str, StateTable]:
    return dict(sorted(_tables.items()))


def may(actor: Any, obj: Any, verb: str) -> Verdict:
    """Whether ``actor`` may say ``verb`` to ``obj`` now: source state first, then the rule."""
    from django.utils.translation import gettext_lazy as _

    table = table_for(obj)
    transition = table.by_verb[verb]
    if getattr(obj, table.field) not in transition.sources:
        return Verdict(False, _("This step is not open in the present state."))
    return transition.rule(actor, obj)
