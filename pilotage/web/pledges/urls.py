from django.urls import path

from pilotage.web.pledges import files, home, offers, pledge, rights, terms

app_name = "pledges"
ROOT = "financing/pledges/"
urlpatterns = [
    path(ROOT, home.home, name="home"),
    path(f"{ROOT}export.xlsx", home.export, name="export"),
    path(f"{ROOT}new/", offers.new, name="new"),
    path(f"{ROOT}rights/", rights.rights, name="rights"),
    path(f"{ROOT}rights/new/", rights.new, name="right-new"),
    path(f"{ROOT}rights/<int:pk>/", rights.right_page, name="right"),
    path(f"{ROOT}rights/<int:pk>/act/", rights.act, name="right-act"),
    path(f"{ROOT}compensation/", terms.terms, name="terms"),
    path(f"{ROOT}<str:number>/", pledge.pledge_page, name="pledge"),
    path(f"{ROOT}<str:number>/act/", pledge.act, name="act"),
    path(f"{ROOT}<str:number>/files/", files.add, name="add-file"),
    path(f"{ROOT}<str:number>/files/<int:pk>/", files.download, name="file"),
    path(f"{ROOT}<str:number>/files/<int:pk>/remove/", files.remove, name="remove-file"),
    path(f"{ROOT}<str:number>/all.zip", files.everything, name="bundle"),
    path(f"{ROOT}<str:number>/<slug:kind>.<slug:form>", pledge.paper, name="paper"),
]
