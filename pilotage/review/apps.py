from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "pilotage.review"
    label = "review"

    def ready(self) -> None:
        from pilotage.review import transitions  # noqa: F401  binds the state tables
