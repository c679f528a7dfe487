from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "pilotage.registry"
    label = "registry"
