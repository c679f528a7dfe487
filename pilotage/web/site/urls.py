from django.urls import path

from pilotage.web.site import desk, views

app_name = "site"
urlpatterns = [
    path("news/", views.news_list, name="news-list"),
    path("news/<slug:slug>/", views.news_detail, name="news"),
    path("pages/", views.help_list, name="help"),
    path("pages/<slug:slug>/", views.page_detail, name="page"),
    path("search/", views.search_page, name="search"),
    path("work/pages/", desk.desk, name="desk"),
    path("work/pages/new/", desk.new, name="new"),
    path("work/pages/<int:pk>/", desk.edit, name="edit"),
    path("work/pages/<int:pk>/act/", desk.act, name="act"),
]
