"""What in a template of somebody else's would reach beyond its own folder?

Typst reads under the folder it is given and nothing else; but a template may name a package, which is fetched from the net, and a
fault should be told with its line before a book is set. So a template holds no word that runs text as a program (``eval``, ``plugin``,
``std``, ``sys``), and ``import`` and ``include`` are followed by the name of a file beside it in quotation marks, in comments and texts too:
what is no program for this reader might be one for Typst. Style sheets and drawings name no address at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from xml.etree import ElementTree

from django.utils.translation import gettext as _

# line, column (from 1), sentence
Fault = tuple[int, int, str]

MOST_BYTES = 200_000
_RUNNING = re.compile(r"(?<![\w.-])(eval|plugin|std|sys)(?![\w-])")
_IMPORT = re.compile(r"(?<![\w-])(import|include)(?![\w-])(?:\s*\"([^\"\\]*)\")?")
_READING = re.compile(r"(?<![\w-])(read|json|csv|toml|yaml|xml|cbor|image|bibliography)\s*\(\s*\"([^\"\\]*)\"")
_CSS = re.compile(r"@import|url\s*\(\s*[\"']?(?!data:)|image-set\s*\(|(?<![\w-])src\s*\(|://|expression\s*\(|</", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_SVG = re.compile(
    r"<!(?!--)|<\s*(?:\w+:)?(?:script|foreignObject|image)\b|\bhref\s*=\s*[\"'](?!#)|\son\w+\s*=|url\s*\(\s*[\"']?(?!#)", re.IGNORECASE
)


def faults_of(name: str, text: str, beside: Collection[str]) -> Iterator[Fault]:
    """Every fault of the file. ``beside``: the names it may read."""
    if len(text.encode()) > MOST_BYTES:
        yield 1, 1, _("The file is larger than %(size)d kB.") % {"size": MOST_BYTES // 1000}
        return
    if name.endswith(".typ"):
        yield from _typst(text, beside)
    elif name.endswith(".css"):
        yield from _css(text)
    else:
        yield from _svg(text)


def faults_of_all(files: Mapping[str, str], given: Collection[str]) -> Iterator[tuple[str, Fault]]:
    """``given``: names of files that the platform puts beside those of the folder."""
    for name, text in files.items():
        for fault in faults_of(name, text, {*files, *given}):
            yield name, fault


def place_in(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _typst(text: str, beside: Collection[str]) -> Iterator[Fault]:
    for found in _RUNNING.finditer(text):
        yield *place_in(text, found.start()), _("“%(word)s” has no place in a template.") % {"word": found[1]}
    for found in _IMPORT.finditer(text):
        yield from ((*place_in(text, found.start()), sentence) for sentence in _imported(found[1], found[2], beside))
    for found in _READING.finditer(text):
        if found[2] not in beside:
            yield *place_in(text, found.start(2)), _("“%(file)s” is no file of this folder.") % {"file": found[2]}


def _imported(word: str, file: str | None, beside: Collection[str]) -> Iterator[str]:
    if file is None:
        yield _("After “%(word)s” stands the name of a file of this folder, in quotation marks.") % {"word": word}
    elif file.startswith("@"):
        yield _("Packages are not loaded (“%(file)s”); a template is made of the files of its folder.") % {"file": file}
    elif file not in beside:
        yield _("“%(file)s” is no file of this folder.") % {"file": file}


def _css(text: str) -> Iterator[Fault]:
    """Escapes are undone first; where that moved things, the line is still right."""
    plain = _ESCAPE.sub(lambda found: _letter(found[1]) if found[1] else found[2], text)
    for found in _CSS.finditer(plain):
        yield *place_in(plain, found.start()), _("A style sheet names no file and no address (“%(words)s”).") % {"words": found[0]}


def _letter(number: str) -> str:
    code = int(number, 16)
    return chr(code) if 0 < code <= 0x10FFFF else "�"


def _svg(text: str) -> Iterator[Fault]:
    for found in _SVG.finditer(text):
        yield (
            *place_in(text, found.start()),
            _("A drawing holds no script, no other file and no address (“%(words)s”).") % {"words": found[0]},
        )
        return
    try:
        ElementTree.fromstring(text)  # noqa: S314  without declarations, as was just looked at
    except ElementTree.ParseError as error:
        line, column = error.position
        yield line, column + 1, _("This is no drawing: %(why)s") % {"why": error}
