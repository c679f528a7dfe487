from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "pilotage.console"
    label = "console"

    def ready(self) -> None:
        from pilotage.console import checks  # noqa: F401  registers the system checks
