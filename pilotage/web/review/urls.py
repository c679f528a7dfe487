from django.urls import URLPattern, path

from pilotage.web.review import queue, scoring

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("review/", queue.queue, name="queue"),
    path("review/<int:pk>/", scoring.score, name="score"),
    path("review/<int:pk>/files/<int:attachment>/", scoring.attachment, name="attachment"),
]
