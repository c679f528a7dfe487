from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "pilotage.calls"
    label = "calls"

    def ready(self) -> None:
        from pilotage.calls import transitions  # noqa: F401  binds the state table
