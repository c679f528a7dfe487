"""No process loads the solvers before something is solved: the start of every command and worker would pay for it."""

import os
import subprocess
import sys

HEAVY = ("numpy", "scipy", "ortools", "numba")
PROBE = f"""
import sys
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
from django.core.management import get_commands
get_commands()
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_a_start_loads_no_solver():
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "pilotage.settings"},
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
