from django.urls import path

from pilotage.web.messages import calendar, inbox, outbox, preferences

app_name = "messages"
urlpatterns = [
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.read_all, name="read-all"),
    path("messages/<int:pk>/open/", inbox.open_message, name="open"),
    path("messages/<int:pk>/read/", inbox.read_one, name="read"),
    path("messages/preferences/", preferences.preferences, name="preferences"),
    path("messages/calendar/", calendar.calendar, name="calendar"),
    path("messages/calendar/withdraw/", calendar.withdraw, name="calendar-withdraw"),
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("work/outbox/", outbox.outbox, name="outbox"),
    path("work/outbox/act/", outbox.act, name="outbox-act"),
    path("work/outbox/switch/", outbox.switch, name="outbox-switch"),
    path("work/outbox/<int:pk>/", outbox.mail, name="mail"),
]
