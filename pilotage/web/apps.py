from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "pilotage.web"
    label = "web"

    def ready(self) -> None:
        from pilotage.web.regions import checks  # noqa: F401  registers the system checks
