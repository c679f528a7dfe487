"""The decision file: all that a confirmed selection rests on, in one signed archive that is reckoned again from itself alone.

Data: a zip. ``manifest.json`` names the format and the SHA-256 of every other member; ``signature.json`` is the Ed25519
signature over the bytes of the manifest, so it covers everything. Experts appear under pseudonyms.
Invariants: the same parts give the same bytes (names sorted, no clock, one level of deflate).
Refuses: to judge by the key a file brings along; members that are missing, foreign or changed; a newer format.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pilotage.audit.chain import canonical
from pilotage.core import signing
from pilotage.review.selection.reckoning import KERNELS, reckon

FORMAT, VERSION = "pilotage-decision", 1
MANIFEST, SIGNATURE, README = "manifest.json", "signature.json", "README.txt"
PARTS = ("call.json", "inputs.json", "results.json", "rows.json", "solver.json")
MEMBERS = frozenset({MANIFEST, SIGNATURE, README, *PARTS})
LARGEST = 2**30  # bytes of all members, unpacked
EPOCH = (1980, 1, 1, 0, 0, 0)
TEXT = """\
遴选决定文件 / Decision file

本文件由平台在遴选结果经两人确认时生成并签名，载有：
  inputs.json   遴选计算读取的全部数据（评审专家以代号出现）
  results.json  入选线、配额、证明、校准、灰区和递补
  rows.json     每个项目的结果、原因和数字
  call.json     征集版本及其摘要、评分标准、遴选条件
  solver.json   求解器、程序版本和求解状态
  manifest.json 以上各文件的SHA-256；signature.json 平台对它的Ed25519签名
重算：pilotage replay 本文件（不需要数据库；在其他机器上加 --key 平台公布的公钥）。
结果为“identical”即重算一致；否则指出第一处不同。

This file was made and signed by the platform when two people had confirmed the selection. It holds all that the
selection was reckoned from (inputs.json; experts under pseudonyms), its results, the outcome of every project with
reason and figures, the version of the call with rubric and terms, the solver with versions and status, the SHA-256
of each member (manifest.json) and the platform's Ed25519 signature over that list (signature.json).
To reckon it again: pilotage replay FILE (no database is needed; elsewhere add --key and the platform's published key).
“identical” means that every figure came out the same; otherwise the first difference is named.
"""


class Untrusted(Exception):
    """The file is not a decision file of this platform as it was made; ``str()`` says in what."""


@dataclass(frozen=True, slots=True)
class Archive:
    manifest: Mapping[str, Any]
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first figure that came out otherwise. ``where``: an application's number, or '' for the selection as a whole."""

    where: str
    figure: str
    archived: Any
    now: Any


# --- making ---------------------------------------------------------------------------------
def build(parts: Mapping[str, Any], about: Mapping[str, Any], sign: Callable[[bytes], str], public_key: str) -> bytes:
    """``parts`` by member name, as JSON values; ``about`` goes into the manifest."""
    members = {name: canonical(parts[name]) for name in PARTS} | {README: TEXT.encode()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    manifest = canonical({"format": f"{FORMAT}/{VERSION}", **about, "sha256": digests})
    signature = {"algorithm": signing.ALGORITHM, "public_key": public_key, "value": sign(manifest)}
    return _zipped(members | {MANIFEST: manifest, SIGNATURE: canonical(signature)})


def _zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, members[name], compresslevel=6)
    return file.getvalue()


def solver_of(results: Mapping[str, Any]) -> dict[str, Any]:
    """Who solved it, with versions: told beside the results, not part of what must come out the same."""
    import platform
    from importlib.metadata import version

    versions = {name: version(name) for name in ("numpy", "scipy")} | {"python": platform.python_version()}
    status = {name: results["certificate"][name] for name in ("solver", "status", "method")}
    return {**status, "versions": versions, "kernels": dict(KERNELS)}


# --- reading --------------------------------------------------------------------------------
def opened(content: bytes, trusted: str) -> Archive:
    """The archive, signed by the trusted key (hex) and whole. Raises Untrusted."""
    members = _members(content)
    manifest = _json(members, MANIFEST)
    _known_format(manifest.get("format"))
    signature = _json(members, SIGNATURE)
    key, value = str(signature.get("public_key", "")), str(signature.get("value", ""))
    if not signing.fits(members[MANIFEST], value, trusted):
        if key != trusted and signing.fits(members[MANIFEST], value, key):
            raise Untrusted(f"it is signed, but by another key ({key}); only the key that the platform publishes counts (--key)")
        raise Untrusted("the signature does not fit: the list of contents was changed, or another key signed it")
    digests = manifest.get("sha256")
    expected = {name: hashlib.sha256(members[name]).hexdigest() for name in MEMBERS - {MANIFEST, SIGNATURE}}
    if not isinstance(digests, dict) or digests.keys() != expected.keys():
        raise Untrusted("the signed list of contents names other files than the archive holds")
    if changed := sorted(name for name, digest in expected.items() if digests[name] != digest):
        raise Untrusted(f"{', '.join(changed)} was changed after the file was signed")
    return Archive(manifest, {name: _json(members, name) for name in PARTS})


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if MANIFEST not in names:
                raise Untrusted(f"it is a zip, but no decision file: it has no {MANIFEST}")
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise Untrusted("it unpacks to more than any decision file holds")
            _known_format(_json({MANIFEST: archive.read(MANIFEST)}, MANIFEST).get("format"))
            if sorted(names) != sorted(MEMBERS):
                odd = sorted(MEMBERS.symmetric_difference(names)) or names
                raise Untrusted(f"it does not hold exactly the files of a decision file: {', '.join(odd[:5])}")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Untrusted("it is no zip file, or a damaged one") from error
    except Exception as error:
        if error.__class__.__module__ == "zlib":  # zlib.error is no OSError
            raise Untrusted("it is no zip file, or a damaged one") from error
        raise


def _known_format(name: Any) -> None:
    kind, _slash, number = str(name).partition("/")
    if kind != FORMAT or not number.isdecimal():
        raise Untrusted("it is a zip, but no decision file of this platform")
    if int(number) != VERSION:
        raise Untrusted(f"it has format {name}; this installation reads {FORMAT}/{VERSION}. Replay it with the version that wrote it")


def _json(members: Mapping[str, bytes], name: str) -> Any:
    try:
        found = json.loads(members[name])
    except ValueError as error:
        raise Untrusted(f"{name} cannot be read") from error
    if name in {MANIFEST, SIGNATURE} and not isinstance(found, dict):
        raise Untrusted(f"{name} cannot be read")
    return found


# --- reckoning again ------------------------------------------------------------------------
def replayed(archive: Archive) -> Difference | None:
    """Reckon the inputs again; None when every figure comes out the same, whatever machine and solver version."""
    now = json.loads(canonical(reckon(archive.parts["inputs.json"])))
    found = _rows_differ(archive.parts["rows.json"], now["rows"])
    return found or _differ("", "", _comparable(archive.parts["results.json"]), _comparable(now["results"]))


def _comparable(results: Mapping[str, Any]) -> dict[str, Any]:
    """Without the solver's name and version, which may differ where the figures do not."""
    certificate = {name: value for name, value in results["certificate"].items() if name != "solver"}
    return {**results, "certificate": certificate}


def _rows_differ(archived: list[dict[str, Any]], now: list[dict[str, Any]]) -> Difference | None:
    before, after = {row["number"]: row for row in archived}, {row["number"]: row for row in now}
    for number in sorted(before.keys() | after.keys()):
        if number not in before or number not in after:
            return Difference(number, "application", number in before, number in after)
        if found := _differ(number, "", before[number], after[number]):
            return found
    return None


def _differ(where: str, path: str, archived: Any, now: Any) -> Difference | None:
    if isinstance(archived, dict) and isinstance(now, dict):
        for name in sorted(archived.keys() | now.keys()):
            if found := _differ(where, f"{path}.{name}" if path else name, archived.get(name), now.get(name)):
                return found
        return None
    if isinstance(archived, list) and isinstance(now, list) and len(archived) == len(now):
        pairs = enumerate(zip(archived, now, strict=True))
        return next((found for i, (a, b) in pairs if (found := _differ(where, f"{path}[{i}]", a, b))), None)
    return None if archived == now else Difference(where, path, archived, now)


def other_kernels(archive: Archive) -> dict[str, tuple[Any, int]]:
    """Kernels whose version is another now: (archived, now)."""
    then = archive.parts["inputs.json"].get("kernels", {})
    return {name: (then.get(name), number) for name, number in KERNELS.items() if then.get(name) != number}
