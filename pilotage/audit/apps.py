from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "pilotage.audit"
    label = "audit"

    def ready(self) -> None:
        from pilotage.audit import append_only, transitions  # noqa: F401  bind the guard and the state table
