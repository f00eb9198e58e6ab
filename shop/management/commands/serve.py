"""``manage.py serve``: the shop under granian, after saying what there is to open."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

DEMO_TEXT = """
  The shop runs. Open:

    sandbox   http://localhost:{port}/sandbox/    play the buyer: SAP, Ariba, Coupa, Oracle
    shop      http://localhost:{port}/            as a visitor sees it
    admin     http://localhost:{port}/admin/      sign in with  admin / demo-admin

  Stop with Ctrl-C.
"""


# The worker ends with the server: its end of the pipe says so, however the server ended.
WORKER = """
import os, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "db_worker", "--queue-name", "*", "--verbosity", "0"])
"""


def start_worker() -> None:
    """Background work (imports, files for customers) in a process beside the server."""
    read_end, write_end = os.pipe()
    # Inherited through exec by the server, which never writes to it.
    os.set_inheritable(write_end, True)
    subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", WORKER], stdin=read_end, close_fds=True, cwd=settings.BASE_DIR
    )
    os.close(read_end)


class Command(BaseCommand):
    help = "Serves the shop with granian, on one or more worker processes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="", help="address to bind (default: loopback in the demo, else all)"
        )
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument(
            "--no-tasks",
            action="store_true",
            help="do no background work; a process of its own runs manage.py db_worker",
        )
        parser.add_argument("--threads", type=int, default=4, help="requests at once per worker")
        parser.add_argument(
            "--most-memory",
            type=int,
            default=2_000,
            help="MB in memory, pages of mapped files included, at which a worker is replaced by a new one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host = options["host"] or ("127.0.0.1" if settings.DEMO else "0.0.0.0")  # noqa: S104  behind a proxy
        if settings.DEMO:
            print(DEMO_TEXT.format(port=options["port"]), flush=True)
        if not options["no_tasks"]:
            start_worker()
        # exec, so that signals reach granian itself and no second Python stays in memory.
        os.execv(  # noqa: S606
            sys.executable,
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host,
                "--port", str(options["port"]), "--workers", str(options["workers"]),
                "--blocking-threads", str(options["threads"]),
                "--workers-max-rss", str(options["most_memory"]), "--no-ws", "--log-level", "warning",
                "shop.wsgi:application",
            ],
        )  # fmt: skip
