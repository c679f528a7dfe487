"""What is wrong in a text of a guideline: Markdown that cannot be set, live blocks that nobody can fill."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from pilotage.core.markup import Block, Items, Live, MarkupError, Picture, Quote, parse
from pilotage.plan.refs.live_blocks import fault


def faults_of(text: str) -> Iterator[tuple[int, str]]:
    """Line and sentence of each fault."""
    try:
        blocks = parse(text)
    except MarkupError as error:
        yield error.line, error.sentence
        return
    for block in blocks:
        if isinstance(block, Live) and (sentence := fault(block.name, block.options)):
            yield block.line, sentence
        yield from _inner(block)


def _inner(block: Block) -> Iterator[tuple[int, str]]:
    """Pictures have no place yet; a live block stands by itself."""
    parts = (
        [each for item in block.items for each in item] if isinstance(block, Items) else block.blocks if isinstance(block, Quote) else ()
    )
    if isinstance(block, Picture):
        yield block.line, _("A guideline holds no pictures; figures come from live blocks.")
    for each in parts:
        if isinstance(each, Live):
            yield each.line, _("A live block stands by itself, not in a list or quotation.")
        yield from _inner(each)
