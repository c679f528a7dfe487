from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "pilotage.directory"
    label = "directory"

    def ready(self) -> None:
        # importing binds the state tables and the receivers
        from pilotage.directory import holdings, indicators, receivers, transitions  # noqa: F401

        indicators.register_all()
        holdings.register()
