"""ProfileRequest: which requests we take, where, and with which options.

cXML Reference Guide 1.2.051, p. 46-55: the one transaction every server must support; hubs cache it.
"""

from lxml import etree

from punchout.adapters.cxml import build
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.requests import Exchange, handles, supported_requests
from punchout.documents import Answer, InboundMessage

REQUEST = "ProfileRequest"
SHARED_ENDPOINT = "/punchout/cxml"


@handles(REQUEST)
def answer_profile(exchange: Exchange) -> Answer:
    """Lists every registered request; the effective date is now, since it may not lie in the future.

    Who asked at the address of one connection is sent on to that one.
    """
    return profile_of(exchange.inbound, exchange.options)


def profile_of(inbound: InboundMessage, options: CxmlOptions) -> Answer:
    """The profile under a connection's options."""
    path = inbound.path.rstrip("/") if inbound.connection is not None else SHARED_ENDPOINT
    url = inbound.base_url + path
    payload = etree.Element("ProfileResponse", effectiveDate=build.now())
    for name, registered in supported_requests():
        transaction = build.child(payload, "Transaction", requestName=name)
        build.child(transaction, "URL", url)
        said = dict(registered)
        if name == "PunchOutSetupRequest" and options.direct:
            said |= _direct(url)
        for option, value in said.items():
            build.child(transaction, "Option", value, name=option)
    return build.answer(build.response(inbound, options, payload))


def _direct(url: str) -> dict[str, str]:
    """How a buyer's system may come without its network in between (p. 49, 574)."""
    return {"Direct.URL": url, "Direct.AuthenticationMethod.CredentialMac": "Yes"}
