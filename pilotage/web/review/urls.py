from django.urls import URLPattern, path

from pilotage.web.review import (
    application,
    assigning,
    board,
    calibration,
    conflicts,
    decision,
    expert_files,
    experts,
    hearings,
    invitations,
    profile,
    queue,
    scoring,
    selection,
    selection_export,
)

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("review/", queue.queue, name="queue"),
    path("review/profile/", profile.own_profile, name="profile"),
    path("review/invitations/<int:pk>/", invitations.invitation, name="invitation"),
    path("review/<int:pk>/", scoring.score, name="score"),
    path("review/<int:pk>/files/<int:attachment>/", scoring.attachment, name="attachment"),
    path("work/experts/", experts.expert_list, name="expert-list"),
    path("work/experts/new/", profile.expert_new, name="expert-new"),
    path("work/experts/import/", expert_files.expert_import, name="expert-import"),
    path("work/experts/export/", experts.export, name="expert-export"),
    path("work/experts/<int:pk>/", profile.expert, name="expert"),
    path("work/review/<slug:slug>/", board.board, name="board"),
    path("work/review/<slug:slug>/hearings/<slug:key>/", hearings.hearing_desk, name="hearings"),
    path("work/review/<slug:slug>/experts/", invitations.call_experts, name="invitations"),
    path("work/review/<slug:slug>/conflicts/", conflicts.conflict_page, name="conflicts"),
    path("work/review/<slug:slug>/assign/", assigning.assigning, name="assigning"),
    path("work/review/<slug:slug>/calibration/", calibration.calibration, name="calibration"),
    path("work/review/<slug:slug>/calibration/export/", calibration.calibration_export, name="calibration-export"),
    path("work/review/<slug:slug>/<str:number>/", application.application, name="application"),
    path("work/selection/<slug:slug>/", selection.selection, name="selection"),
    path("work/selection/<slug:slug>/decision/", decision.decision_file, name="decision-file"),
    path("work/selection/<slug:slug>/export/", selection_export.export, name="selection-export"),
]
