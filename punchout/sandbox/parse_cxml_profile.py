"""Reads a cXML ProfileResponse: which requests a catalog takes, where, with which options, and what is amiss.

cXML Reference Guide 1.2.051, p. 46-55. Never raises for what a catalog answers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.cxml_lines import text_of
from punchout.sandbox.parse_cxml import SetupAnswer, read_status
from punchout.sandbox.received import ReceivedCart, Remark
from punchout.sandbox.xml_reading import inner_text

# Options that the Guide asks of a request, each Yes or No (p. 50).
_REQUIRED_OPTIONS = ("attachments", "changes")
_CLOCKS_DIFFER = timedelta(minutes=5)
_SHOWN = 200_000
_MOST_FACTS = 100


def read_profile(raw: bytes) -> tuple[SetupAnswer, ReceivedCart | None]:
    """The Status, and what the profile says as facts; None when there is no profile to read."""
    root, answer = read_status(raw)
    if root is None or not answer.code.startswith("2"):
        return answer, None
    profile = root.find("Response/ProfileResponse")
    if profile is None:
        flaw = _("The answer holds no ProfileResponse.")
        return SetupAnswer(answer.code, answer.text, answer.detail, flaw=flaw), None
    shown = etree.tostring(root.getroottree(), encoding="unicode", pretty_print=True)
    found = ReceivedCart(
        outcome="answered",
        remarks=tuple(_remarks(profile)),
        status_code=answer.code,
        status_text=answer.text,
        extra_fields=tuple(_facts(profile))[:_MOST_FACTS],
        document=shown[:_SHOWN],
    )
    return answer, found


def _facts(profile: etree._Element) -> Iterator[tuple[str, str]]:
    """Each transaction with its address, and each option under the name of its transaction."""
    for name in ("effectiveDate", "lastRefresh"):
        if profile.get(name):
            yield name, profile.get(name, "")[:60]
    yield from _options(profile, "")
    for transaction in profile.findall("Transaction"):
        name = transaction.get("requestName", "")[:60]
        yield name, text_of(transaction, "URL")[:500]
        yield from _options(transaction, f"{name} · ")


def _options(parent: etree._Element, prefix: str) -> Iterator[tuple[str, str]]:
    for option in parent.findall("Option"):
        yield prefix + option.get("name", "")[:80], inner_text(option)[:500]


def _remarks(profile: etree._Element) -> Iterator[Remark]:
    yield from _date_remarks(profile.get("effectiveDate", ""))
    transactions = profile.findall("Transaction")
    names = [transaction.get("requestName", "") for transaction in transactions]
    if not transactions:
        yield Remark("wrong", "Transaction", _("The profile lists no request."))
    elif "PunchOutSetupRequest" not in names:
        text = _("Not listed: this system would not know where to punch out to.")
        yield Remark("wrong", "PunchOutSetupRequest", text)
    for name, transaction in zip(names, transactions, strict=True):
        if not name:
            yield Remark("wrong", "requestName", _("A Transaction names no request."))
        if not text_of(transaction, "URL").lower().startswith(("https://", "http://")):
            yield Remark("wrong", name[:60] or "URL", _("Has no web address."))
        if name == "OrderRequest":
            options = {option.get("name", ""): inner_text(option) for option in transaction.findall("Option")}
            for option in _REQUIRED_OPTIONS:
                if options.get(option) not in {"Yes", "No"}:
                    yield Remark("wrong", f"OrderRequest · {option}", _("Must be there, as Yes or No."))


def _date_remarks(written: str) -> Iterator[Remark]:
    try:
        effective = datetime.fromisoformat(written)
    except ValueError:
        yield Remark("wrong", "effectiveDate", _("Missing, or not a date and time."))
        return
    if effective.tzinfo is None:
        effective = effective.replace(tzinfo=UTC)
    if effective > datetime.now(UTC) + _CLOCKS_DIFFER:
        yield Remark("wrong", "effectiveDate", _("Lies in the future."))
