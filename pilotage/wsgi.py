import gc
import os

gc.disable()  # while loading: what is made now stays

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
_site = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  needs Django set up

from pilotage.web.calls.shedding import Admission  # noqa: E402  likewise

application = Admission(_site)

# What is loaded by now stays for good. Left to the collector, it is walked again every few hundred requests: a pause of 0.1 s and more.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.enable()
