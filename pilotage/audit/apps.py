from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "pilotage.audit"
    label = "audit"

    def ready(self) -> None:
        from pilotage.audit import transitions  # noqa: F401  binds the state table
