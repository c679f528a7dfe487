"""The ``pilotage`` command: ``pilotage COMMAND --help`` explains each."""

import gc
import os
import sys


def main() -> None:
    # A start makes some hundred thousand objects that stay. Left to collect after every 700, Python walks them again and again: a fifth of a start.
    gc.set_threshold(50_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
    from django.core.management import execute_from_command_line

    from pilotage.core.env import EnvError

    try:
        execute_from_command_line(["pilotage", *sys.argv[1:]])
    except EnvError as error:
        sys.exit(f"pilotage: {error}")


if __name__ == "__main__":
    main()
