"""Structured logs: one line an event, each with the correlation id of its request."""

import logging
import re
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


SECRET_SEGMENT = re.compile(
    # Sessions, tokens to start and to go on, and the signed links to exported files (catalog.exports.links).
    r"/(s|start|enter)/[A-Za-z0-9_-]{16,64}|/(exports)/[A-Za-z0-9_-]{8,}(?:(?::|%3[Aa])[A-Za-z0-9_-]+){1,2}"
)
# A key of the web services that somebody put into an address (customers.keys): its prefix may stay.
API_KEY = re.compile(r"\b([0-9a-f]{12})(?:\.|%2e)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
LAUNCH_QUERY = re.compile(r"(/punchout/[A-Za-z0-9_/-]+)\?\S*")


class SessionPathFilter(logging.Filter):
    """Cuts the secret out of addresses below /s/ and /start/ before anything is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            record.msg = {key: redact_path(value) for key, value in record.msg.items()}
        else:
            record.msg = redact_path(record.getMessage())
            record.args = ()
        return True


def _cut(found: re.Match[str]) -> str:
    return f"/{found[1] or found[2]}/…"


def redact_path(value: Any) -> Any:
    """``value`` with session keys, start and handover tokens and API keys cut, and launch queries dropped."""
    if not isinstance(value, str):
        return value
    return LAUNCH_QUERY.sub(r"\1", API_KEY.sub(r"\1.…", SECRET_SEGMENT.sub(_cut, value)))


def logging_config(style: str, level: str) -> dict[str, Any]:
    """The ``logging`` configuration; ``style`` is ``json`` or ``console``."""
    # Plain tracebacks: the pretty ones print local variables, and those may hold a partner's secret.
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"paths": {"()": SessionPathFilter}},
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["paths"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            # They write whole addresses and headers, in which keys of suppliers may stand.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
