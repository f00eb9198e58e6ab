"""The kinds of messages in the wire log, in the reader's language where their names are ours.

A kind is stored as it is: it is what the log is filtered and exported by. What a protocol calls its messages
(PunchOutSetupRequest, IDS WKE, OCI DETAIL) is the same in every language.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OURS: Mapping[str, Promise] = {
    "cart return": _("cart return"),
    "cart return with order": _("cart return with order"),
    "return without cart": _("return without cart"),
    "configured launch": _("configured launch"),
}
# Behind the name of a protocol, also of one that is a package of its own.
ENDINGS: Mapping[str, Promise] = {
    " launch": _("%(protocol)s launch"),
    " login": _("%(protocol)s login"),
}


def shown_kind(kind: str) -> str:
    """The kind of a message as it is read."""
    if kind in OURS:
        return str(OURS[kind])
    for ending, text in ENDINGS.items():
        if kind.endswith(ending):
            return str(text) % {"protocol": kind.removesuffix(ending)}
    return kind
