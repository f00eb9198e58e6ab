"""The return address of OCI: checked when it comes, taken apart when the cart goes.

OCI 4.0, HOOK_URL: the catalog shall post to the address without its query and put the query's parameters
into hidden fields, because SAP's ITS does not read the query of a POST. Some other systems read nothing
else, so a connection can keep it.
"""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from punchout import origins
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.parameters import HOOK_ALIASES, Parameters
from punchout.adapters.return_address import decoded
from punchout.errors import MessageInvalid
from punchout.models import Connection

# What SAP GUI's embedded browser gives instead of an address; an enumerated value, never "any scheme".
SAPEVENT = "SAPEVENT:POST"

# What IFS calls it, and what is written after its pattern.
CANCEL_NAMES = ("OCICANCEL", "OCI_CANCEL")

Fields = tuple[tuple[str, str], ...]


def read_hook(parameters: Parameters, connection: Connection, options: OciOptions) -> tuple[str, list[str]]:
    """The return address, written anew, and notes; ``MessageInvalid`` when it cannot be used."""
    name = options.hook_parameter
    sent = sent_hook(parameters, options)
    if len(sent) > 1:
        raise MessageInvalid(
            _("The launch has more than one return address (%(name)s).") % {"name": name},
            path=name,
            detail=" | ".join(value[:200] for value in sent[:5]),
        )
    notes: list[str] = []
    if not sent and connection.default_return_url:
        sent = [connection.default_return_url]
        notes.append("No return address was sent; the one of the connection is used.")
    if not sent:
        raise MessageInvalid(_("The launch has no return address (%(name)s).") % {"name": name}, path=name)
    if sent[0].upper() == SAPEVENT:
        if not options.sapevent:
            raise MessageInvalid(
                _("The return address SAPEVENT:POST has to be switched on for this connection first."),
                path=name,
            )
        return SAPEVENT, notes
    try:
        return str(_allowed(decoded(sent[0], notes), connection)), notes
    except ValueError as reason:
        raise MessageInvalid(
            _("The return address (%(name)s) cannot be used.") % {"name": name} + f" {reason}", path=name
        ) from reason


def sent_hook(parameters: Parameters, options: OciOptions) -> list[str]:
    """Every return address of the launch, under whatever name it is understood."""
    return [value for value in parameters.all(options.hook_parameter, *HOOK_ALIASES) if value]


def read_cancel_address(parameters: Parameters, connection: Connection) -> tuple[str, list[str]]:
    """The address to leave to (IFS, Netset: OCICANCEL); one that is not allowed is left out, with a note."""
    sent = [value for value in parameters.all(*CANCEL_NAMES) if value]
    if not sent:
        return "", []
    try:
        if len(sent) > 1:
            raise ValueError("It was sent more than once.")
        notes: list[str] = []
        return str(_allowed(decoded(sent[0], notes), connection)), notes
    except ValueError as reason:
        return "", [f"OCICANCEL is not used: {reason}"]


def _allowed(text: str, connection: Connection) -> origins.Address:
    return origins.allowed_address(text, origins.parse_return_origins(connection.return_origins))


def take_apart(url: str) -> tuple[str, Fields]:
    """The address without its query, and the query's parameters, each decoded once, in their order."""
    if url == SAPEVENT:
        return url, ()
    address = origins.parse_address(url)
    return str(replace(address, query=None)), _decoded(address.query or "")


def _decoded(query: str) -> Fields:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pairs = parse_qsl(query, keep_blank_values=True, encoding="cp1252", errors="replace")
    return tuple((name, value) for name, value in pairs if name)


def action_and_fields(url: str, how: str, its: Iterable[tuple[str, str]]) -> tuple[str, Fields]:
    """Where to post, and what goes before the items: the address's own parameters, then SAP's ITS fields.

    ``how`` is the option ``hook_query``. An ITS field that the address already brought is not repeated.
    """
    if not url:  # a search across catalogs need not say where to
        return "", tuple(its)
    bare, parameters = take_apart(url)
    action = bare if how == "split" else url
    fields = () if how == "keep" else parameters
    present = {name for name, _value in fields}
    return action, (*fields, *((name, value) for name, value in its if name not in present))
