"""Runs stored messages again with today's code and shows what would be answered otherwise."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from punchout.models import WireMessage
from punchout.replay import Replay, ReplayImpossible, replay
from punchout.replay.payload import payload_files


class Command(BaseCommand):
    help = (
        "Runs messages of the wire log again, in a transaction that is rolled back, and prints what differs "
        "from the answer they got. Exit status 1 when anything does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("messages", nargs="*", type=int, help="numbers of messages in the wire log")
        parser.add_argument("--session", help="all messages of the session with this key")
        parser.add_argument("--connection", help="the last messages of the connection with this slug")
        parser.add_argument("--last", type=int, default=20, help="how many of a connection (20)")
        parser.add_argument(
            "--save", type=Path, metavar="FOLDER", help="also write each as a test payload below this folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        messages = self._messages(options)
        if not messages:
            raise CommandError("No such message. Name some by number, --session or --connection.")
        different = 0
        for message in messages:
            title = f"{message.pk} {message.kind or message.adapter} ({message.verdict})"
            try:
                again = replay(message)
            except ReplayImpossible as impossible:
                self.stdout.write(f"{title}: {impossible}")
                continue
            different += not again.same
            self._show(title, again)
            if options["save"]:
                self._save(message, options["save"])
        self.stdout.write(f"{len(messages)} messages, {different} with differences.")
        if different:
            raise SystemExit(1)

    def _messages(self, options: dict[str, Any]) -> list[WireMessage]:
        found = WireMessage.objects.select_related("connection", "session")
        if options["session"]:
            return list(found.filter(session__key=options["session"]).order_by("pk"))
        if options["connection"]:
            newest = found.filter(connection__slug=options["connection"]).order_by("-pk")
            return list(reversed(newest[: options["last"]]))
        return list(found.filter(pk__in=options["messages"]).order_by("pk"))

    def _show(self, title: str, again: Replay) -> None:
        self.stdout.write(f"{title}: {'as it was' if again.same else 'DIFFERENT'}")
        for found in again.differences:
            if found.same:
                continue
            self.stdout.write(f"  {found.part}")
            for mark, text in found.lines:
                self.stdout.write(f"    {mark} {text}")

    def _save(self, message: WireMessage, where: Path) -> None:
        folder = where / f"{message.pk}-{slugify(message.kind) or message.adapter}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in payload_files(message).items():
            (folder / name).write_bytes(content)
        self.stdout.write(f"  saved in {folder}")
