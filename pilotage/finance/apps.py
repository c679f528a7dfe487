from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "pilotage.finance"
    label = "finance"

    def ready(self) -> None:
        """Each part registers here what it has: a plan section, state tables, indicators."""
        from pilotage.finance import append_only  # noqa: F401  binds the guard

        self._facts()
        self._channels()
        self._screening()
        self._pledges()
        self._pipeline()
        self._matching()

    def _facts(self) -> None:
        from pilotage.finance.facts import receivers, reckoned  # noqa: F401  binds the receivers

        reckoned.register_all()

    def _screening(self) -> None:
        from pilotage.finance.screening import indicators, transitions  # noqa: F401  binds the state table

        indicators.register_all()

    def _pledges(self) -> None:
        from pilotage.finance.facts import reckoning
        from pilotage.finance.pledges import selectors, transitions  # noqa: F401  binds the state table

        reckoning.register("pledgeable_patents", selectors.pledgeable_patents)

    def _pipeline(self) -> None:
        from pilotage.finance.pipeline import indicators, transitions  # noqa: F401  binds the state tables

        indicators.register_all()

    def _matching(self) -> None:
        from pilotage.finance.facts import reckoning
        from pilotage.finance.matching import batches, indicators, transitions  # noqa: F401  binds the state tables

        reckoning.register("on_project_list", batches.on_project_list)
        indicators.register_all()

    def _channels(self) -> None:
        from pilotage.finance.channels.loading import faults, load_channels
        from pilotage.plan.loading import register_reader, register_section

        register_section("channels", load_channels)
        register_reader("channels", faults)
