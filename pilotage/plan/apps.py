from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "pilotage.plan"
    label = "plan"

    def ready(self) -> None:
        from pilotage.plan import work_transitions  # noqa: F401  binds the state tables
        from pilotage.plan.work_counting import register_indicators

        register_indicators()
