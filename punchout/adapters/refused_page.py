"""The page of a refused launch: why, what to do, and the reference under which we find it."""

from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string

from punchout import origins
from punchout.documents import Answer, InboundMessage


def refused_page(
    inbound: InboundMessage,
    status: int,
    *,
    reason: str,
    advice: str,
    title: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """``reason`` and ``advice`` are in the reader's language; ``title`` where the page's own does not fit."""
    page = render_to_string(
        "punchout/refused.html",
        {
            "title": title,
            "reason": reason,
            "advice": advice,
            "reference": inbound.record.pk,
            "contact": settings.SUPPLIER_EMAIL,
        },
    )
    connection = inbound.connection
    return Answer(
        status=status,
        body=page.encode(),
        headers={"Referrer-Policy": "no-referrer", **(headers or {})},
        # The page says what ``error`` says; the log need not hold its HTML.
        log_body=reason,
        # The buyer's own frame may show why it was refused.
        frame_ancestors=origins.frame_sources(connection.frame_origins) if connection is not None else (),
    )
