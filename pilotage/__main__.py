"""The ``pilotage`` command: ``pilotage COMMAND --help`` explains each."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
    from django.core.management import execute_from_command_line

    from pilotage.core.env import EnvError

    try:
        execute_from_command_line(["pilotage", *sys.argv[1:]])
    except EnvError as error:
        sys.exit(f"pilotage: {error}")


if __name__ == "__main__":
    main()
