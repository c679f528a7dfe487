from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "pilotage.reports"
    label = "reports"

    def ready(self) -> None:
        from pilotage.plan.loading import register_section
        from pilotage.reports.cards import catalogue as cards_catalogue  # noqa: F401  registers the cards; binds the state table
        from pilotage.reports.industries.guideline_blocks import register_blocks
        from pilotage.reports.papers import transitions as work_transitions  # noqa: F401  registers the cards; binds the state table
        from pilotage.reports.papers.loading import load_templates

        register_section("reports", load_templates)
        register_blocks()
