from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "pilotage.calls"
    label = "calls"

    def ready(self) -> None:
        from pilotage.calls import receivers, transitions  # noqa: F401  bind the state tables
        from pilotage.calls.comments import transitions as comment_transitions  # noqa: F401  bind the state tables
        from pilotage.calls.counting import register_indicators
        from pilotage.calls.joint import transitions as joint_transitions  # noqa: F401  bind the state tables
        from pilotage.calls.loading import load_calls
        from pilotage.calls.quality import transitions as quality_transitions  # noqa: F401  bind the state tables
        from pilotage.plan.loading import register_section

        register_section("calls", load_calls)
        register_indicators()
