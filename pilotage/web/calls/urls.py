from django.urls import path

from pilotage.web.calls import accept, check, cosign, detail, edit, files, lists, mine, papers, public, recommend, summary

app_name = "calls"

urlpatterns = [
    path("calls/", public.call_list, name="list"),
    path("calls/<slug:slug>/", public.call_detail, name="detail"),
    path("calls/<slug:slug>/start/", mine.start, name="start"),
    path("my/", mine.my_list, name="my-list"),
    path("my/<str:number>/", edit.application_edit, name="application-edit"),
    path("my/<str:number>/check/", mine.before_submission, name="application-check"),
    path("my/<str:number>/submit/", mine.submit, name="application-submit"),
    path("my/<str:number>/receipt/", mine.receipt, name="application-receipt"),
    path("my/<str:number>/changes/", mine.changes, name="application-changes"),
    path("my/<str:number>/withdraw/", mine.withdraw, name="application-withdraw"),
    path("my/<str:number>/renew/", mine.renew, name="application-renew"),
    path("applications/", lists.application_list, name="application-list"),
    path("applications/export/<str:kind>/", lists.application_export, name="application-export"),
    path("applications/<str:number>/", detail.application_detail, name="application-detail"),
    path("applications/<str:number>/act/", detail.act, name="application-act"),
    path("applications/<str:number>/revisions/<int:revision>/", detail.revision, name="application-revision"),
    path("applications/<str:number>/revisions/<int:revision>/receipt.pdf", papers.receipt_paper, name="receipt-paper"),
    path("applications/<str:number>/revisions/<int:revision>/receipt.json", papers.receipt_file, name="receipt-file"),
    path("applications/<str:number>/files/<int:pk>/", files.download, name="attachment"),
    path("work/check/", check.desk, name="check-desk"),
    path("work/recommend/", recommend.desk, name="recommend-desk"),
    path("work/recommend/move/", recommend.move, name="recommend-move"),
    path("work/recommend/undo/", recommend.undo, name="recommend-undo"),
    path("work/recommend/send/", recommend.send, name="recommend-send"),
    path("work/recommend/summary/", summary.summary, name="recommend-summary"),
    path("work/recommend/summary.xlsx", summary.summary_export, name="recommend-summary-export"),
    path("work/recommend/summary.pdf", summary.summary_paper_of_desk, name="recommend-summary-paper"),
    path("work/recommend/lists/", summary.sent_lists, name="sent-lists"),
    path("work/recommend/lists/<int:pk>/summary.xlsx", summary.list_table, name="list-table"),
    path("work/recommend/lists/<int:pk>/summary.pdf", summary.list_paper, name="list-paper"),
    path("work/cosign/", cosign.desk, name="cosign-desk"),
    path("work/accept/", accept.desk, name="accept-desk"),
]
