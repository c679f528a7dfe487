"""Every write of the room, gathered from its modules."""

from pilotage.calls.services.attachments import AddedAttachment, add_attachment, remove_attachment
from pilotage.calls.services.checking import (
    accept_many,
    check,
    check_many,
    confirm_updates,
    decline,
    reconsider,
    reject,
    return_for_correction,
)
from pilotage.calls.services.configuring import set_quota, set_stage_dates
from pilotage.calls.services.drafts import FieldConflict, SaveResult, save_draft, start_application
from pilotage.calls.services.filing import submit, withdraw
from pilotage.calls.services.recommending import cosign_many, move_rank, send_list, shortlist_many, unshortlist_many

__all__ = [
    "AddedAttachment",
    "FieldConflict",
    "SaveResult",
    "accept_many",
    "add_attachment",
    "check",
    "check_many",
    "confirm_updates",
    "cosign_many",
    "decline",
    "move_rank",
    "reconsider",
    "reject",
    "remove_attachment",
    "return_for_correction",
    "save_draft",
    "send_list",
    "set_quota",
    "set_stage_dates",
    "shortlist_many",
    "start_application",
    "submit",
    "unshortlist_many",
    "withdraw",
]
