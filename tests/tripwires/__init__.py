"""Faults that pass silently in a normal run are failures here. Each wire has a test that proves it bites.

========================  ============================================================================
``templates``             a variable in one of our templates that the context does not have
``get_writes``            a write to the database while a GET or HEAD is served
``ordering``              a slice of a queryset that declares no order
``csrf``                  a POST form to this site without its token
``network``               a connection to anything but this machine
(pyproject.toml)          naive datetimes and every other warning
========================  ============================================================================
"""

from tests.tripwires import csrf, get_writes, network, ordering, templates


def install() -> None:
    for wire in (templates, get_writes, ordering, csrf, network):
        wire.install()
