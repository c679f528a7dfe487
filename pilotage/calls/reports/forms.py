"""The form as a report sees it: only the sections that the update stage names."""

from __future__ import annotations

from collections import OrderedDict

from pilotage.calls.enums import ApplicationKind, StageKind
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.models import Application, CallVersion
from pilotage.calls.selectors import form_of

_MOST_FORMS = 64
_forms: OrderedDict[tuple[int, str], FormDef | None] = OrderedDict()


def form_for(application: Application) -> FormDef:
    """The form of the version, of a report its own sections; parsed once per process."""
    return _part_of(application) or form_of(application.version)


def asks_in_part(application: Application) -> bool:
    """Whether it fills in some sections only; partners and signatures belong to the whole form."""
    return _part_of(application) is not None


def _part_of(application: Application) -> FormDef | None:
    return report_form(application.version) if application.kind == ApplicationKind.UPDATE else None


def report_form(version: CallVersion) -> FormDef | None:
    """None: an update of this version fills in everything."""
    key = (version.pk, version.digest)
    if key not in _forms:
        stages = version.content.get("stages") or []
        sections = next((stage.get("sections") for stage in stages if stage.get("kind") == StageKind.UPDATE), None)
        _forms[key] = form_of(version).asking(sections) if sections else None
        if len(_forms) > _MOST_FORMS:
            _forms.popitem(last=False)
    return _forms[key]
