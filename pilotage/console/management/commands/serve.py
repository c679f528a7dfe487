from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pilotage.console import serving


class Command(BaseCommand):
    help = (
        "Serve the site and run its background work, until stopped with Ctrl-C or SIGTERM.\n\n"
        "Example: pilotage serve --host 0.0.0.0 --port 8000 --workers 2"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=2, help="web processes (default: %(default)s, one per core is a good start)")
        parser.add_argument("--threads", type=int, default=8, help="requests served at once per process (default: %(default)s)")
        parser.add_argument(
            "--no-worker", action="store_true", help="serve pages only; run `pilotage db_worker` and `pilotage tick` elsewhere"
        )

    def handle(self, *args: Any, host: str, port: int, workers: int, threads: int, no_worker: bool, **options: Any) -> None:
        self._refuse_taken(host, port)
        self._refuse_pending_migrations()
        written = serving.ensure_secret_key(settings.DATA_DIR) if settings.SECRET_KEY_IS_EPHEMERAL else None
        if written:
            self.stdout.write(f"A new secret key was written to {written}. Keep it: without it everybody must sign in again.")
        if serving.collect_static(settings.STATIC_ROOT, static_sources()):
            self.stdout.write("Static files were collected.")
        company = serving.Company(self.stderr.write)
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, company.stop)
        connection.close()
        company.start("the web server", serving.web_command(host, port, workers, threads))
        if not no_worker:
            company.start("the worker", serving.worker_command())
            company.start("the post", serving.tick_command())
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
        self.stdout.write(f"Pilotage is served at http://{shown}:{port}/")
        self.stdout.write("Stop it with Ctrl-C.")
        self.stdout.flush()
        if company.wait():
            raise CommandError("stopped because a process ended by itself; its message is above")
        self.stdout.write("Stopped.")

    def _refuse_taken(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.") from None

    def _refuse_pending_migrations(self) -> None:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            raise CommandError(f"the database lacks {len(pending)} migration(s). Run `pilotage migrate` first (after a backup).")


def static_sources() -> list[Path]:
    """The folders that static files come from."""
    return [Path(place) for finder in finders.get_finders() for place in _places(finder)]


def _places(finder: Any) -> list[str]:
    storages = getattr(finder, "storages", {})
    return [storage.location for storage in storages.values()]
