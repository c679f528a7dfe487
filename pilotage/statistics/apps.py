from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "pilotage.statistics"
    label = "statistics"

    def ready(self) -> None:
        from pilotage.plan.loading import register_section
        from pilotage.statistics import transitions  # noqa: F401  binds the state table
        from pilotage.statistics.indicators import register_all
        from pilotage.statistics.loading import load_data_sets

        register_section("statistics", load_data_sets)
        register_all()
