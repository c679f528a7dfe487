from django.urls import URLPattern, path

from pilotage.web.review import application, board, experts, hearings, queue, scoring, selection

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("review/", queue.queue, name="queue"),
    path("review/<int:pk>/", scoring.score, name="score"),
    path("review/<int:pk>/files/<int:attachment>/", scoring.attachment, name="attachment"),
    path("work/experts/", experts.expert_list, name="expert-list"),
    path("work/review/<slug:slug>/", board.board, name="board"),
    path("work/review/<slug:slug>/hearings/<slug:key>/", hearings.hearing_desk, name="hearings"),
    path("work/review/<slug:slug>/assign/", board.assign, name="assign"),
    path("work/review/<slug:slug>/<str:number>/", application.application, name="application"),
    path("work/selection/<slug:slug>/", selection.selection, name="selection"),
    path("work/selection/<slug:slug>/export/", selection.export, name="selection-export"),
]
