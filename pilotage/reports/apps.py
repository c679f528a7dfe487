from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "pilotage.reports"
    label = "reports"

    def ready(self) -> None:
        from pilotage.plan.loading import register_section
        from pilotage.reports import cards_catalogue, work_transitions  # noqa: F401  registers the cards; binds the state table
        from pilotage.reports.guideline_blocks import register_blocks
        from pilotage.reports.work_loading import load_templates

        register_section("reports", load_templates)
        register_blocks()
