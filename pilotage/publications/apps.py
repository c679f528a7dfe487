from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "pilotage.publications"
    label = "publications"
