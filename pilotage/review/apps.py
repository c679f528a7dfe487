from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "pilotage.review"
    label = "review"
