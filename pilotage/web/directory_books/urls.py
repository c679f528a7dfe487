from django.urls import path

from pilotage.web.directory_books import views

app_name = "directory_books"

urlpatterns = [
    path("directory/<slug:slug>/book/", views.books, name="page"),
    path("directory/<slug:slug>/book/<str:edition>/<str:language>.<str:kind>", views.file, name="file"),
    path("work/directory-books/<int:edition>/", views.compile_anew, name="compile"),
]
