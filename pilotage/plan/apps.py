from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "pilotage.plan"
    label = "plan"
