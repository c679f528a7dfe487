from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "pilotage.console"
    label = "console"
