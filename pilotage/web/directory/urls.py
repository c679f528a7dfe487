from django.urls import path

from pilotage.web.directory import entry, exports, listing, manage, manage_acts, notices, open_data

app_name = "directory"

urlpatterns = [
    path("directory/", listing.home, name="home"),
    path("directory/entries/<str:number>/", entry.entry_page, name="entry"),
    path("directory/<slug:slug>/", listing.directory_list, name="list"),
    path("directory/<slug:slug>/export/<str:kind>/", exports.export, name="export"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/<str:number>/", notices.notice_detail, name="notice-detail"),
    path("notices/<str:number>/object/", notices.objection_create, name="objection-create"),
    path("notices/<str:number>/object/<str:objection>/", notices.acknowledgement, name="objection"),
    path("open-data/", open_data.open_data, name="open-data"),
    path("work/directory/", manage.overview, name="notice-manage"),
    path("work/directory/<slug:slug>/", manage.call_page, name="manage"),
    path("work/directory/<slug:slug>/act/", manage_acts.act, name="manage-act"),
]
