from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "pilotage.calls"
    label = "calls"

    def ready(self) -> None:
        from pilotage.calls import comment_transitions, joint_transitions, quality_transitions, receivers, transitions  # noqa: F401  bind the state tables
        from pilotage.calls.counting import register_indicators
        from pilotage.calls.loading import load_calls
        from pilotage.plan.loading import register_section

        register_section("calls", load_calls)
        register_indicators()
