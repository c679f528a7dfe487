from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "pilotage.finance"
    label = "finance"

    def ready(self) -> None:
        """Each part registers here what it has: a plan section, state tables, indicators."""
        self._facts()

    def _facts(self) -> None:
        from pilotage.finance.facts import reckoned

        reckoned.register_all()
