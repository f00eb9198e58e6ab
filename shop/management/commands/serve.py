"""``manage.py serve``: the shop under granian, after saying what there is to open."""

import os
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


class Command(BaseCommand):
    help = "Serves the shop with granian, on one or more worker processes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="", help="address to bind (default: loopback in the demo, else all)"
        )
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--threads", type=int, default=4, help="requests at once per worker")

    def handle(self, *args: Any, **options: Any) -> None:
        host = options["host"] or ("127.0.0.1" if settings.DEMO else "0.0.0.0")  # noqa: S104  behind a proxy
        if settings.DEMO:
            print(DEMO_TEXT.format(port=options["port"]), flush=True)
        # exec, so that signals reach granian itself and no second Python stays in memory.
        os.execv(  # noqa: S606
            sys.executable,
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host,
                "--port", str(options["port"]), "--workers", str(options["workers"]),
                "--blocking-threads", str(options["threads"]), "--no-ws", "--log-level", "warning",
                "shop.wsgi:application",
            ],
        )  # fmt: skip
