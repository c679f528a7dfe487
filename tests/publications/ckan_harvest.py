"""Reads a catalogue the way CKAN's own harvester does, and prints the data sets it would make as JSON.

Run by an interpreter that has ``ckan`` and ``ckanext-dcat`` (tests/publications/ckan-requirements.txt): the parser of
ckanext-dcat under its profile for DCAT-AP 3, then CKAN's own checks of a package that need no database.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ckan.lib.munge import munge_title_to_name
from ckan.lib.navl.dictization_functions import Invalid
from ckan.logic.validators import (
    clean_format,
    if_empty_guess_format,
    name_validator,
    tag_length_validator,
    tag_name_validator,
    url_validator,
)
from ckanext.dcat.processors import RDFParser


def main(file: str, syntax: str) -> None:
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    with open(file, encoding="utf-8") as text:
        parser.parse(text.read(), _format=syntax)
    found = list(parser.datasets())
    print(json.dumps({"datasets": found, "faults": [fault for each in found for fault in faults(each)]}, ensure_ascii=False, default=str))


def faults(dataset: dict[str, Any]) -> list[str]:
    found = _tried(dataset["title"], lambda: name_validator(munge_title_to_name(dataset["title"]), {}))
    for tag in dataset["tags"]:
        found += _tried(tag["name"], lambda tag=tag: tag_name_validator(tag_length_validator(tag["name"], {}), {}))
    for resource in dataset["resources"]:
        data = {("url",): resource["url"], ("format",): resource.get("format", "")}
        errors: dict[Any, list[str]] = {("url",): []}
        url_validator(("url",), data, errors, {})
        found += [f"{resource['url']}: {error}" for error in errors["url",]]
        if_empty_guess_format(("format",), data, {}, {})
        resource["format"] = clean_format(data["format",]) if data["format",] else ""
    return found


def _tried(what: str, check: Any) -> list[str]:
    try:
        check()
    except Invalid as error:
        return [f"{what}: {error.error}"]
    return []


if __name__ == "__main__":
    main(*sys.argv[1:])
