from pilotage.core.transitions import StateTable, register, row
from pilotage.registry.enums import ImportState as S
from pilotage.registry.rules import can_run_import

ENTERPRISE_IMPORT = register(
    "registry.enterpriseimport",
    StateTable(
        "enterprise_import",
        tuple(S.values),
        S.UPLOADED,
        (
            row("check", (S.UPLOADED, S.CHECKING, S.CHECKED), S.CHECKING, can_run_import),
            row("report", S.CHECKING, S.CHECKED, can_run_import),
            row("run", (S.UPLOADED, S.CHECKED), S.RUNNING, can_run_import),
            row("finish", S.RUNNING, S.DONE, can_run_import),
            row("fail", (S.CHECKING, S.RUNNING), S.FAILED, can_run_import),
            row("resume", S.FAILED, S.RUNNING, can_run_import),
        ),
    ),
)
