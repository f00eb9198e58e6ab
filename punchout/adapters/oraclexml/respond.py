"""The answer to a login request: the address to open, or why not, as Oracle's server reads it.

The form of the answer was found in one implementation only, that quotes Oracle's guide (see README.md).
Whatever is answered comes in HTTP 200: Oracle reports another status as its own error 204 to the buyer.
"""

from lxml import etree

from punchout.adapters.oraclexml.options import OracleOptions
from punchout.documents import Answer
from punchout.errors import AuthenticationFailed, MessageInvalid, OperationUnsupported, PunchoutError

CONTENT_TYPE = "text/xml; charset=UTF-8"
SUCCESS = "S"
HIDDEN = "[redacted]"
OTHER = "701"


class ConnectionClosed(PunchoutError):
    """The credentials are right, but the connection or its customer is switched off."""


# The code of the answer, and the number under which Oracle shows the failure. The first class that fits.
CODES: tuple[tuple[type[PunchoutError], str, str], ...] = (
    # "A" is what the quoted answer to a failed authentication has; iProcurement calls it 700.
    (AuthenticationFailed, "A", "700"),
    (MessageInvalid, "400", "400"),
    (OperationUnsupported, "400", "400"),
)


def login_answer(start_url: str, options: OracleOptions) -> Answer:
    """Success, with the address that the buyer's browser opens; not in the log, as it opens a session."""
    place = options.login_url
    shown = start_url.rpartition("/")[0] + "/" + HIDDEN
    document = _response(SUCCESS, "", start_url, place)
    return Answer(
        200, document, content_type=CONTENT_TYPE, log_body=_response(SUCCESS, "", shown, place).decode()
    )


def refusal(error: PunchoutError | None) -> Answer:
    """A failed login; ``None`` is a fault of ours."""
    if error is None:
        code, number, reason = OTHER, OTHER, "Something went wrong on our side. Please try again later."
    else:
        code, number = next(
            ((code, number) for kind, code, number in CODES if isinstance(error, kind)), (OTHER, OTHER)
        )
        reason = error.message
    return Answer(200, _response(code, f"{number}: {reason}", "", "body"), content_type=CONTENT_TYPE)


def _response(code: str, message: str, url: str, place: str) -> bytes:
    root = etree.Element("response")
    header = etree.SubElement(root, "header", version="1.0")
    outcome = etree.SubElement(header, "return", returnCode=code)
    if message:
        etree.SubElement(outcome, "returnMessage").text = message
    body = etree.SubElement(root, "body")
    where = body if place == "body" else etree.SubElement(body, place)
    login_url = etree.SubElement(where, "loginURL")
    if url:
        login_url.text = etree.CDATA(url)
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    assert isinstance(document, bytes)
    return document
