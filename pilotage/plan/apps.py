from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "pilotage.plan"
    label = "plan"

    def ready(self) -> None:
        from pilotage.plan.work import transitions as work_transitions  # noqa: F401  binds the state tables
        from pilotage.plan.work.counting import register_indicators

        register_indicators()
