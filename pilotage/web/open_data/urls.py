from django.urls import path

from pilotage.web.open_data import feeds, files, indexes, pages

app_name = "open_data"

urlpatterns = [
    path("open-data/", pages.home, name="home"),
    path("open-data/catalogue.<str:syntax>", indexes.catalogue, name="catalogue"),
    path("open-data/datapackage.json", indexes.data_package, name="data-package"),
    path("open-data/<slug:key>.<str:kind>", files.file, name="file"),
    path("open-data/<slug:key>/", pages.table, name="table"),
    path("open-data/<slug:key>/schema.json", indexes.json_schema, name="json-schema"),
    path("open-data/<slug:key>/table-schema.json", indexes.table_schema, name="table-schema"),
    path("open-data/<slug:key>/<slug:edition>/", pages.table, name="edition"),
    path("open-data/<slug:key>/<slug:edition>.<str:kind>", files.file, name="edition-file"),
    path("feeds/<slug:key>.atom", feeds.feed, name="feed"),
    path("sitemap.xml", indexes.site_map, name="site-map"),
    path("sitemaps/<slug:key>-<int:number>.xml", indexes.site_map_part, name="site-map-part"),
    path("llms.txt", indexes.plain_index, name="plain-index"),
]
