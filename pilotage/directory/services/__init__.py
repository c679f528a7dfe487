"""Every write of the directory: notices, objections, editions, entries, recorded history."""

from pilotage.directory.services.counts import recount
from pilotage.directory.services.editions import confirm_publish, prepare_edition, propose_publish
from pilotage.directory.services.entries import (
    confirm_remove,
    expire,
    propose_remove,
    rectify,
    refresh_from_update,
    renew,
    restore,
    set_label,
)
from pilotage.directory.services.history import record_history
from pilotage.directory.services.notices import (
    confirm_close_notice,
    open_notice,
    prepare_notice,
    propose_close_notice,
)
from pilotage.directory.services.objections import OBJECTIONS_PER_HOUR, decide_objection, object_to
from pilotage.directory.services.proposals import open_proposal

__all__ = [
    "OBJECTIONS_PER_HOUR",
    "confirm_close_notice",
    "confirm_publish",
    "confirm_remove",
    "decide_objection",
    "expire",
    "object_to",
    "open_notice",
    "open_proposal",
    "prepare_edition",
    "prepare_notice",
    "propose_close_notice",
    "propose_publish",
    "propose_remove",
    "record_history",
    "recount",
    "rectify",
    "refresh_from_update",
    "renew",
    "restore",
    "set_label",
]
