"""Does a channel file agree with itself? Its rule is read by the room that knows the metrics; here its faults get file and line.

The document has passed its schema. This room lies under that of financing, so the reader of rules registers itself at start
(``loading.register_reader``); without one a rule is left unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan import loading
from pilotage.plan.positions import Document, YamlPath

GROUPS = ("all", "any", "none", "of")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def check_channel(document: Document, _plan: Mapping[str, Any] | None, _codes: Mapping[str, list[dict[str, str]]]) -> None:
    """Append a Problem for each fault; the reader of rules stops at its first."""
    content = document.data
    if content["channel"] != Path(document.file).stem:
        message = _("The file is called “%(file)s”, the channel “%(name)s”.") % {
            "file": Path(document.file).stem,
            "name": content["channel"],
        }
        document.fault(("channel",), message, Path(document.file).stem)
    if "rule" not in content:
        if content.get("parameters"):
            document.fault(("parameters",), _("There are parameters and no rule."), _("a rule that uses them"), key=True)
        return
    _check_terms(document, content.get("terms", []))
    _check_attested(document, content)
    reader = loading.reader("channels")
    if reader is not None:
        for where, message in reader(content):
            document.fault(path_of(where), message)


def path_of(where: str) -> YamlPath:
    """``rule.all[0].metric`` as a path."""
    return tuple(int(number) if number else word for word, number in _STEP.findall(where))


def _check_terms(document: Document, terms: list[dict[str, Any]]) -> None:
    for index, term in enumerate(terms):
        if term.get("until", term["from"]) < term["from"]:
            document.fault(("terms", index, "until"), _("It ends before it begins."), _("a day after %(day)s") % {"day": term["from"]})


def _check_attested(document: Document, content: Mapping[str, Any]) -> None:
    """What people attest is kept by the condition's key alone, so no two channels may share one."""
    begins = f"{content['channel'].replace('-', '_')}_"
    for path, node in _nodes(content["rule"], ("rule",)):
        if "attest" in node and not str(node.get("key", "")).startswith(begins):
            message = _("What is attested carries the name of its channel, so that it belongs to one channel only.")
            document.fault((*path, "key"), message, _("a name that begins with %(begins)s") % {"begins": begins})


def _nodes(node: Any, path: YamlPath) -> Iterator[tuple[YamlPath, Mapping[str, Any]]]:
    if not isinstance(node, Mapping):
        return
    yield path, node
    for group in GROUPS:
        for index, part in enumerate(node.get(group, [])):
            yield from _nodes(part, (*path, group, index))
