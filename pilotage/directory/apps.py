from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "pilotage.directory"
    label = "directory"

    def ready(self) -> None:
        from pilotage.accounts import codes

        # importing binds the state tables and the receivers
        from pilotage.directory import campaign_transitions, holdings, indicators, receivers, transitions  # noqa: F401

        codes.register_purpose("objection", _("an objection to a public notice"))
        indicators.register_all()
        holdings.register()
