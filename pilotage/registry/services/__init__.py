"""Every write of the room."""

from pilotage.registry.services.enterprises import (
    add_site,
    add_title,
    create_enterprise,
    remove_identifier,
    remove_site,
    remove_title,
    set_identifier,
    update_enterprise,
    update_site,
    version_of,
)
from pilotage.registry.services.imports import (
    begin_check,
    begin_run,
    check_import,
    choose_columns,
    choose_sheet,
    run_import,
    upload_import,
)
from pilotage.registry.services.reference import SeedReport, load_reference_data

__all__ = [
    "SeedReport",
    "add_site",
    "add_title",
    "begin_check",
    "begin_run",
    "check_import",
    "choose_columns",
    "choose_sheet",
    "create_enterprise",
    "load_reference_data",
    "remove_identifier",
    "remove_site",
    "remove_title",
    "run_import",
    "set_identifier",
    "update_enterprise",
    "update_site",
    "upload_import",
    "version_of",
]
