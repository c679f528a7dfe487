import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
_site = get_wsgi_application()

from pilotage.web.calls.shedding import Admission  # noqa: E402  needs Django set up

application = Admission(_site)
