from django.urls import path

from pilotage.web.directory import entry, exports, listing, living_urls, manage, manage_acts
from pilotage.web.notices import urls as notices

app_name = "directory"

urlpatterns = [
    path("directory/", listing.home, name="home"),
    path("directory/entries/<str:number>/", entry.entry_page, name="entry"),
    path("directory/<slug:slug>/", listing.directory_list, name="list"),
    *living_urls.urlpatterns,
    path("directory/<slug:slug>/export/<str:kind>/", exports.export, name="export"),
    *notices.urlpatterns,
    path("work/directory/", manage.overview, name="notice-manage"),
    path("work/directory/<slug:slug>/", manage.call_page, name="manage"),
    path("work/directory/<slug:slug>/act/", manage_acts.act, name="manage-act"),
]
