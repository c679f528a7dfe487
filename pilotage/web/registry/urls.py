from django.urls import path

from pilotage.web.registry import edit, enterprises, imports

app_name = "registry"
urlpatterns = [
    path("enterprises/", enterprises.enterprise_list, name="enterprise-list"),
    path("enterprises/export/<str:kind>/", enterprises.enterprise_export, name="enterprise-export"),
    path("enterprises/new/", edit.enterprise_new, name="enterprise-new"),
    path("enterprises/import/", imports.import_list, name="import"),
    path("enterprises/import/template/", imports.import_template, name="import-template"),
    path("enterprises/import/<int:pk>/", imports.import_detail, name="import-detail"),
    path("enterprises/import/<int:pk>/sheet/", imports.import_sheet, name="import-sheet"),
    path("enterprises/import/<int:pk>/check/", imports.import_check, name="import-check"),
    path("enterprises/import/<int:pk>/run/", imports.import_run, name="import-run"),
    path("enterprises/import/<int:pk>/report/<str:kind>/", imports.import_report, name="import-report"),
    path("enterprises/<int:pk>/", enterprises.enterprise_detail, name="enterprise-detail"),
    path("enterprises/<int:pk>/edit/", edit.enterprise_edit, name="enterprise-edit"),
    path("enterprises/<int:pk>/identifiers/", edit.identifier_set, name="identifier-set"),
    path("enterprises/<int:pk>/sites/", edit.site_add, name="site-add"),
    path("enterprises/<int:pk>/sites/<int:site>/remove/", edit.site_remove, name="site-remove"),
    path("enterprises/<int:pk>/titles/", edit.title_add, name="title-add"),
    path("enterprises/<int:pk>/titles/<int:title>/remove/", edit.title_remove, name="title-remove"),
]
