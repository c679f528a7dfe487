from django.urls import path

from pilotage.web.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.event_list, name="event-list"),
    path("audit/chain/", views.chain_check, name="chain"),
    path("audit/<int:number>/", views.event_detail, name="event-detail"),
    path("audit/objects/<str:object_type>/<str:object_id>/", views.object_history, name="object-history"),
]
