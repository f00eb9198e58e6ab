"""ProfileRequest: which requests we take, where, and with which options.

cXML Reference Guide 1.2.051, p. 46-55: the one transaction every server must support; hubs cache it.
"""

from lxml import etree

from punchout.adapters.cxml import build
from punchout.adapters.cxml.requests import Exchange, handles, supported_requests
from punchout.documents import Answer

ENDPOINT = "/punchout/cxml"


@handles("ProfileRequest")
def answer_profile(exchange: Exchange) -> Answer:
    """Lists every registered request; the effective date is now, since it may not lie in the future."""
    inbound = exchange.inbound
    payload = etree.Element("ProfileResponse", effectiveDate=build.now())
    for name, options in supported_requests():
        transaction = build.child(payload, "Transaction", requestName=name)
        build.child(transaction, "URL", inbound.base_url + ENDPOINT)
        for option, value in options.items():
            build.child(transaction, "Option", value, name=option)
    return build.answer(build.response(inbound, exchange.options, payload))
