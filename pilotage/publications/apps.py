from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "pilotage.publications"
    label = "publications"

    def ready(self) -> None:
        # importing binds the state tables
        from pilotage.publications.books import receivers as book_receivers  # noqa: F401
        from pilotage.publications.books import transitions as book_transitions  # noqa: F401
        from pilotage.publications.cases import transitions  # noqa: F401
        from pilotage.publications.certificates import receivers as certificate_receivers  # noqa: F401
        from pilotage.publications.certificates import transitions as certificate_transitions  # noqa: F401

        self._books()
        self._site()
        self._open_data()
        self._guidelines()

    def _books(self) -> None:
        from pilotage.plan.loading import register_reader, register_section
        from pilotage.publications.books import plan_styles

        register_section("books", plan_styles.load_styles)
        register_reader("books", plan_styles.tried)

    def _site(self) -> None:
        from pilotage.plan.loading import register_section
        from pilotage.publications.site import catalogue, receivers, transitions  # noqa: F401
        from pilotage.publications.site.loading import load_news, load_pages

        catalogue.register_all()
        register_section("pages", load_pages)
        register_section("news", load_news)

    def _open_data(self) -> None:
        from pilotage.publications.open_data import standard

        standard.register_all()

    def _guidelines(self) -> None:
        from pilotage.plan.loading import register_section
        from pilotage.publications.guidelines import cited, loading, rounds, transitions  # noqa: F401

        register_section("guidelines", loading.load_guidelines)
        cited.register_cases()
        rounds.register()
