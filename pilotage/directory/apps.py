from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "pilotage.directory"
    label = "directory"
