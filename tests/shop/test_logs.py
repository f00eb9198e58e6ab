"""What is written to the log, and what never is."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.test import Client

from punchout.models import WireMessage
from shop.logs import logging_config, redact_path

KEY = "A" * 43


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"GET /s/{KEY}/cart", "GET /s/…/cart"),
        (f"GET /start/{KEY}", "GET /start/…"),
        (f"GET /s/{KEY[:22]}/enter/{KEY}", "GET /s/…/enter/…"),
        ("GET /punchout/oci/demo?USERNAME=u&PASSWORD=p", "GET /punchout/oci/demo"),
        ("GET /search?q=kabel", "GET /search?q=kabel"),
    ],
)
def test_session_secrets_and_launch_queries_are_cut(written: str, kept: str) -> None:
    assert redact_path(written) == kept


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The product's own log, as JSON, for the length of a test."""
    stream = io.StringIO()
    config = logging_config("json", "INFO")
    config["handlers"]["stderr"]["stream"] = stream
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig({**config, "loggers": {}})
    yield stream
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.django_db
def test_every_line_is_json_and_carries_the_correlation_id_of_its_request(log: io.StringIO) -> None:
    Client().post("/punchout/cxml", b"garbage", content_type="text/xml")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    events = {line["event"]: line for line in lines}
    assert {"request_started", "punchout_message", "request_finished"} <= set(events)
    assert events["punchout_message"]["verdict"] == "refused"
    ids = {line["request_id"] for line in events.values()}
    assert ids == {WireMessage.objects.get().correlation_id}


def test_a_traceback_shows_no_local_variables(log: io.StringIO) -> None:
    secret = "canary-in-a-local-variable"
    try:
        raise ValueError(len(secret))
    except ValueError:
        structlog.get_logger("test").exception("it_failed")
    assert "it_failed" in log.getvalue()
    assert secret not in log.getvalue()
