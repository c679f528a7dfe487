"""Every write of the directory: notices, objections, editions, entries, recorded history."""

from pilotage.directory.services.campaigns import (
    cancel_campaign,
    confirm_close_campaign,
    draw_campaign,
    include,
    plan_campaign,
    population_of,
    propose_close_campaign,
)
from pilotage.directory.services.counts import recount
from pilotage.directory.services.editions import confirm_publish, prepare_edition, propose_publish
from pilotage.directory.services.entries import (
    confirm_readmit,
    confirm_remove,
    expire,
    propose_readmit,
    propose_remove,
    rectify,
    refresh_from_update,
    renew,
    restore,
    set_label,
)
from pilotage.directory.services.evaluations import extend, pass_entries, propose_failure, remind_terms, report, require, send_back
from pilotage.directory.services.hearings import answer_hearing, hear_applicant
from pilotage.directory.services.history import record_history
from pilotage.directory.services.notices import (
    confirm_close_notice,
    open_notice,
    prepare_notice,
    propose_close_notice,
)
from pilotage.directory.services.objection_files import add_objection_file
from pilotage.directory.services.objections import (
    OBJECTIONS_PER_HOUR,
    decide_objection,
    dismiss_alike,
    object_to,
    same_text,
    withdraw_objection,
)
from pilotage.directory.services.proposals import open_proposal

__all__ = [
    "OBJECTIONS_PER_HOUR",
    "add_objection_file",
    "answer_hearing",
    "cancel_campaign",
    "confirm_close_campaign",
    "confirm_close_notice",
    "confirm_publish",
    "confirm_readmit",
    "confirm_remove",
    "decide_objection",
    "dismiss_alike",
    "draw_campaign",
    "expire",
    "extend",
    "hear_applicant",
    "include",
    "object_to",
    "open_notice",
    "open_proposal",
    "pass_entries",
    "plan_campaign",
    "population_of",
    "prepare_edition",
    "prepare_notice",
    "propose_close_campaign",
    "propose_close_notice",
    "propose_failure",
    "propose_publish",
    "propose_readmit",
    "propose_remove",
    "record_history",
    "recount",
    "rectify",
    "refresh_from_update",
    "remind_terms",
    "renew",
    "report",
    "require",
    "restore",
    "same_text",
    "send_back",
    "set_label",
    "withdraw_objection",
]
