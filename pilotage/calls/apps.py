from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "pilotage.calls"
    label = "calls"
