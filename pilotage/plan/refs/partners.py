"""Do a call's wishes about consortia and signatures agree with its form? The call file has passed its schema."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.plan.positions import Document
from pilotage.plan.refs.calls import unique
from pilotage.plan.refs.form_names import as_list
from pilotage.plan.refs.plan import known


def check_joint(document: Document) -> None:
    """Append a Problem for every disagreement of ``partners`` and ``signoff`` with ``form``."""
    sections = {section["key"]: (index, section) for index, section in enumerate(document.data["form"]["sections"])}
    partners = document.data.get("partners")
    if partners:
        _check_partners(document, partners, sections)
    fields = [field for _index, section in sections.values() for field in section["fields"]]
    if document.data.get("signoff") and not any(field["type"] == "statement" for field in fields):
        document.fault(("signoff",), _("There is no statement to sign in the form."), _("a field of type “statement”"))


def _check_partners(document: Document, partners: dict[str, Any], sections: dict[str, tuple[int, dict[str, Any]]]) -> None:
    if partners.get("min", 0) > partners["max"]:
        message = _("“%(high)s” is less than “%(low)s”.") % {"high": "max", "low": "min"}
        document.fault(("partners", "max"), message, _("at least %(count)s") % {"count": partners["min"]})
    unique(document, ("partners", "roles"), (role["value"] for role in partners.get("roles", [])), "value")
    own = [key for key in partners.get("sections", []) if key in sections]
    answered = {field["key"] for key in own for field in sections[key][1]["fields"]}
    for position, key in enumerate(partners.get("sections", [])):
        if known(document, ("partners", "sections", position), key, sections, _("a section of the form")):
            _check_section(document, *sections[key], answered)


def _check_section(document: Document, index: int, section: dict[str, Any], answered: set[str]) -> None:
    """A partner answers alone: nothing in its part hangs on what only the lead answers."""
    for position, field in enumerate(section["fields"]):
        path = ("form", "sections", index, "fields", position)
        for option in ("show_if", "required_if"):
            for tests in as_list(field.get(option)):
                for key in tests or {}:
                    if key not in answered:
                        message = _("“%(key)s” is answered by the lead, so a partner's field cannot hang on it.") % {"key": key}
                        document.fault((*path, option), message, _("a field of the partners' sections"))
