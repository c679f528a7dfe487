from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    name = "pilotage.console"
    label = "console"

    def ready(self) -> None:
        from pilotage.console import checks  # noqa: F401  registers the system checks
        from pilotage.core import guards

        # without a sender: Django sends the signal for apps with models only, and this one has none
        post_migrate.connect(guards.restore, dispatch_uid="guards")
