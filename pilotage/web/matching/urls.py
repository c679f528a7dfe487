from django.urls import path

from pilotage.web.matching import amounts, batches, columns, home, introductions, needs, note_editing, notes, offers

app_name = "matching"
ROOT = "financing/matching/"
urlpatterns = [
    path(ROOT, home.home, name="home"),
    path(f"{ROOT}needs/", needs.needs, name="needs"),
    path(f"{ROOT}needs/new/", needs.new, name="need-new"),
    path(f"{ROOT}needs/<str:number>/", needs.need_page, name="need"),
    path(f"{ROOT}needs/<str:number>/edit/", needs.edit, name="need-edit"),
    path(f"{ROOT}needs/<str:number>/act/", needs.act, name="need-act"),
    path(f"{ROOT}needs/<str:number>/ask/", introductions.ask, name="ask"),
    path(f"{ROOT}offers/", offers.offers, name="offers"),
    path(f"{ROOT}offers/new/", offers.new, name="offer-new"),
    path(f"{ROOT}offers/<str:number>/", offers.offer_page, name="offer"),
    path(f"{ROOT}offers/<str:number>/edit/", offers.edit, name="offer-edit"),
    path(f"{ROOT}offers/<str:number>/act/", offers.act, name="offer-act"),
    path(f"{ROOT}introductions/", introductions.introductions, name="introductions"),
    path(f"{ROOT}introductions/<str:number>/", introductions.introduction_page, name="introduction"),
    path(f"{ROOT}introductions/<str:number>/act/", introductions.act, name="introduction-act"),
    path(f"{ROOT}notes/", notes.notes, name="notes"),
    path(f"{ROOT}notes/new/", note_editing.new, name="note-new"),
    path(f"{ROOT}notes/<str:number>/", notes.note_page, name="note"),
    path(f"{ROOT}notes/<str:number>/edit/", note_editing.edit, name="note-edit"),
    path(f"{ROOT}notes/<str:number>/act/", notes.act, name="note-act"),
    path(f"{ROOT}lists/", batches.batches, name="batches"),
    path(f"{ROOT}lists/new/", batches.new, name="batch-new"),
    path(f"{ROOT}lists/columns/<int:organisation>/", columns.columns, name="columns"),
    path(f"{ROOT}lists/<str:number>/", batches.batch_page, name="batch"),
    path(f"{ROOT}lists/<str:number>/act/<slug:verb>/", batches.act, name="batch-act"),
    path(f"{ROOT}lists/<str:number>.xlsx", batches.export, name="batch-export"),
    path(f"{ROOT}amounts/", amounts.amounts_page, name="amounts"),
    path(f"{ROOT}amounts/records/", amounts.records, name="records"),
]
