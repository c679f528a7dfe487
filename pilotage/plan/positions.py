"""Where in the file does each value of a YAML document stand?

Data: a document becomes plain dicts, lists, strings, numbers, booleans and None, beside a map from
the path of every node (``("areas", 0, "title")``) to its line and column, counted from 1.
Algorithm: the node graph that the YAML parser composes is walked once; scalars are resolved by their
YAML 1.2 tag, except that dates and times stay text, so the schema says what form they take.
Invariants: every path of the plain data has a position; an alias has that of its anchor.
Refuses: duplicate keys (all are reported, the first value is kept), tabs, another encoding than
UTF-8, keys that are no text, documents of more than one part, tags that build objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

YamlPath = tuple[str | int, ...]
START = (1, 1)
MAX_DEPTH, MAX_NODES = 30, 200_000


class _TooLarge(Exception):
    def __init__(self, node: Node) -> None:
        self.node = node


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a plan folder: where it stands, what is wrong, what was expected. ``file`` is relative to the folder."""

    file: str
    line: int
    column: int
    message: str
    expected: str = ""

    def __str__(self) -> str:
        head = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{head} {_('Expected: %(what)s') % {'what': self.expected}}" if self.expected else head


@dataclass(slots=True)
class Document:
    """One YAML file as plain data with positions. ``data`` is None when the file could not be read at all."""

    file: str
    data: Any = None
    values: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[YamlPath, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def at(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Position of the value at ``path``, or of the nearest thing around it."""
        path = tuple(path)
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, START)

    def at_key(self, path: Sequence[str | int]) -> tuple[int, int]:
        return self.keys.get(tuple(path)) or self.at(path)

    def fault(self, path: Sequence[str | int], message: str, expected: str = "", *, key: bool = False) -> None:
        line, column = self.at_key(path) if key else self.at(path)
        self.problems.append(Problem(self.file, line, column, message, expected))


def read_text(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    """The text of a UTF-8 file; a byte-order mark is dropped. Another encoding is named with the line it shows at."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Problem(file, 1, 1, _("The file is in UTF-16."), _("UTF-8 text"))]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        guess = _("GB 18030, as it seems") if _decodes(raw, "gb18030") else _("an unknown encoding")
        return None, [Problem(file, line, column, _("The file is not UTF-8 (%(guess)s).") % {"guess": guess}, _("UTF-8 text"))]


def parse(text: str, file: str) -> Document:
    """The document in ``text``; faults of the YAML itself are in ``problems``."""
    document = Document(file)
    try:
        node = nodes(text)
    except MarkedYAMLError as error:
        document.problems.append(_syntax_problem(file, text, error))
        return document
    except YAMLError as error:  # a control character, a reader fault: no mark
        document.problems.append(
            Problem(file, 1, 1, _("Not readable as YAML: %(why)s") % {"why": str(error).splitlines()[0]}, _("a YAML document"))
        )
        return document
    if node is None:
        document.problems.append(Problem(file, 1, 1, _("The file is empty."), _("a YAML document")))
        return document
    try:
        document.data = _plain(document, node, ())
    except _TooLarge as error:
        document.problems.append(
            Problem(file, *_mark(error.node), _("An anchor refers to itself, or anchors multiply without end."), _("values that end"))
        )
    return document


def nodes(text: str) -> Node | None:
    """What the YAML parser makes of a text; None of an empty one. Nothing here changes them."""
    return YAML(typ="safe", pure=True).compose(text)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _syntax_problem(file: str, text: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else START
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in str(error.problem):
        return Problem(file, line, here.find("\t") + 1 or column, _("A tab stands where spaces belong."), _("spaces only for indentation"))
    expected = _("one document in the file") if "single document" in str(error.context) else _("valid YAML")
    return Problem(file, line, column, _("Not valid YAML: %(why)s") % {"why": error.problem or error.context}, expected)


def _mark(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(document: Document, node: Node, path: YamlPath) -> Any:
    if len(path) > MAX_DEPTH or len(document.values) > MAX_NODES:
        raise _TooLarge(node)
    document.values[path] = _mark(node)
    if isinstance(node, MappingNode):
        return _mapping(document, node, path)
    if isinstance(node, SequenceNode):
        return [_plain(document, child, (*path, index)) for index, child in enumerate(node.value)]
    if not isinstance(node, ScalarNode):
        raise TypeError(f"YAML has no node of type {type(node).__name__}")
    return _scalar(document, node, path)


def _mapping(document: Document, node: MappingNode, path: YamlPath) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            document.problems.append(Problem(document.file, *_mark(key_node), _("A key is a list or a mapping."), _("a word as key")))
            continue
        key = key_node.value
        here = (*path, key)
        if key in found:
            first = document.keys[here][0]
            document.problems.append(
                Problem(
                    document.file,
                    *_mark(key_node),
                    _("“%(key)s” is given twice, first in line %(line)d.") % {"key": key, "line": first},
                    _("each key once"),
                )
            )
            continue
        document.keys[here] = _mark(key_node)
        found[key] = _plain(document, value_node, here)
    return found


_BOOLEANS = {"true": True, "false": False}


def _scalar(document: Document, node: ScalarNode, path: YamlPath) -> Any:
    tag, text = str(node.tag).rsplit(":", 1)[-1], node.value
    if tag == "null":
        return None
    if tag == "bool":
        return _BOOLEANS[text.lower()]
    if tag == "int":
        return int(text.replace("_", ""), 0) if text[:2].lower() in {"0x", "0o", "0b"} else int(text.replace("_", ""))
    if tag == "float":
        return _float(document, text, path)
    if tag not in {"str", "timestamp"}:
        document.fault(
            path, _("The tag “%(tag)s” is not used in plan files.") % {"tag": str(node.tag)}, _("plain text, a number, true, false or null")
        )
    return text


def _float(document: Document, text: str, path: YamlPath) -> float | None:
    value = float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan").replace(".Inf", "inf"))
    if value != value or value in {float("inf"), float("-inf")}:
        document.fault(path, _("Infinity and not-a-number are no values."), _("a finite number"))
        return None
    return value
