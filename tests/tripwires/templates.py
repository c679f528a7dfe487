"""A name in one of our templates that the context does not have fails the test.

Templates of Django, allauth and other packages are left alone: they rely on silence.
``{% if name %}`` and ``{{ name|default:... }}`` of Django's semantics: the first stays silent,
the second does not, because a template that needs a default should be given the value.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import Node, Variable, VariableDoesNotExist
from django.test.signals import reset_template_engines

import pilotage

OURS = str(Path(pilotage.__file__).parent)
_place = threading.local()


class UnknownVariable(AssertionError):
    pass


class _Tripwire(str):
    __slots__ = ()

    def __mod__(self, name: Any) -> str:
        node = getattr(_place, "node", None)
        origin = str(getattr(getattr(node, "origin", None), "name", ""))
        # Strings compiled in a test have the origin "<unknown source>".
        if origin.startswith(OURS) or origin == "<unknown source>":
            line = getattr(getattr(node, "token", None), "lineno", "?")
            raise UnknownVariable(f"{origin}:{line}: the context has no {name!s}")
        return ""


_sentinel = _Tripwire("%s")


def install() -> None:
    # in the settings, not on the engine: a test that changes DEBUG makes Django build a new engine
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _sentinel
    reset_template_engines(setting="TEMPLATES")
    original_render, original_resolve = Node.render_annotated, Variable.resolve

    def render_annotated(self: Node, context: Any) -> Any:
        outer = getattr(_place, "node", None)
        _place.node = self
        try:
            return original_render(self, context)
        finally:
            _place.node = outer

    def resolve(self: Variable, context: Any) -> Any:
        # Django hands out string_if_invalid itself when a lookup ends in a missing row or an uncallable.
        value = original_resolve(self, context)
        if value is _sentinel:
            raise VariableDoesNotExist("%s leads nowhere", (self.var,))
        return value

    Node.render_annotated = render_annotated  # type: ignore[method-assign]
    Variable.resolve = resolve  # type: ignore[method-assign]
