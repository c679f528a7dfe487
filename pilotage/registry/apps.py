from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "pilotage.registry"
    label = "registry"

    def ready(self) -> None:
        from pilotage.registry import transitions  # noqa: F401  binds the state table
