"""What must hold before a work report moves on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal, ProposalState
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.models import Target
from pilotage.plan.refs.work_report_parts import fields_in, is_known
from pilotage.reports.papers.models import WorkReport


def text_fault(report: WorkReport, text: str, codes: list[str] | None = None) -> str:
    """A sentence about the first field of a text that cannot be filled in, or nothing."""
    known = target_codes(report) if codes is None else codes
    unknown = next((field for field in fields_in(text) if not is_known(field, known)), None)
    return "" if unknown is None else _("The field {%(field)s} is not known, so nothing could be filled in.") % {"field": unknown}


def target_codes(report: WorkReport) -> list[str]:
    return list(Target.objects.filter(measure__area__plan=report.plan_id).order_by("code").values_list("code", flat=True))


def texts_printable(report: Any) -> None:
    codes = target_codes(report)
    faults = {
        f"{block.key}-{block.language}": fault for block in report.texts.order_by("id") if (fault := text_fault(report, block.text, codes))
    }
    if faults:
        raise Invalid(faults)


def open_proposal(report: WorkReport) -> Proposal | None:
    rows = Proposal.objects.filter(object_type="reports.workreport", object_id=str(report.pk), state=ProposalState.OPEN)
    return rows.select_related("proposed_by").first()


def nothing_proposed(report: Any) -> None:
    if open_proposal(report) is not None:
        raise Conflict(_("Signing has been proposed. Withdraw that first."))
