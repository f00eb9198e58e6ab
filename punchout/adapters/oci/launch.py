"""From launch parameters to a ``SetupRequest``: who, where to, in which language, version and charset.

OCI 4.0, "Calling the product catalog" and 5.0, "Functions".
"""

from typing import Any

from django.conf import settings

from punchout.adapters import texts
from punchout.adapters.oci.fields import agreed_version
from punchout.adapters.oci.functions import Visit
from punchout.adapters.oci.hook import CANCEL_NAMES, read_cancel_address, read_hook
from punchout.adapters.oci.options import OciOptions, is_target
from punchout.adapters.parameters import HOOK_ALIASES, Parameters
from punchout.documents import SetupRequest, Shopper
from punchout.models import Connection

# Given back as they came, in their spelling: SAP's Internet Transaction Server steers by them.
ITS_FIELDS = ("~OkCode", "~TARGET", "~CALLER", "~ForceTarget")
LANGUAGE_NAMES = ("SAP-LANGUAGE", "LANGUAGE", "LANG")
# What is read here, or is nothing that a field of the cart could say; the rest a mapping may speak of.
NOT_KEPT = (
    *ITS_FIELDS, *HOOK_ALIASES, "FUNCTION", *CANCEL_NAMES, "OCIVERSION", "OCI_VERSION", "OPI_VERSION",
    "http_content_charset", "returntarget",
)  # fmt: skip
# SAP's own one-letter language keys (table T002).
SAP_LANGUAGES = {"D": "de", "E": "en", "F": "fr", "N": "nl"}


def read_launch(
    connection: Connection, parameters: Parameters, options: OciOptions, visit: Visit
) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` for what cannot be used."""
    notes = [*parameters.notes, *visit.notes]
    echo = read_echo(parameters, options, notes)
    return_url = ""
    if visit.returns:
        return_url, hook_notes = read_hook(parameters, connection, options)
        echo["cancel_url"], cancel_notes = read_cancel_address(parameters, connection)
        notes += [*hook_notes, *cancel_notes]
    return SetupRequest(
        connection=connection,
        operation=visit.operation,
        return_url=return_url,
        language=_language(parameters, options),
        shopper=_shopper(parameters, options),
        landing=visit.landing,
        items=visit.items,
        echo=echo,
        notes=tuple(notes),
    )


def read_echo(parameters: Parameters, options: OciOptions, notes: list[str]) -> dict[str, Any]:
    """What the form that goes back needs of the launch; what is not obeyed is added to ``notes``."""
    version, version_note = agreed_version(parameters.get("OCI_VERSION", "OCIVERSION"), options.version)
    notes += filter(None, [version_note])
    return {
        "its": [list(pair) for pair in parameters.spelled(*ITS_FIELDS)],
        "version": version,
        "charset": _charset(parameters, options, notes),
        "target": _target(parameters, options, notes),
        # SOURCING calls it VENDOR.
        "vendor": options.vendor or parameters.get("NEW_ITEM-VENDOR", "VENDOR"),
        "cancel_url": "",
        "launch": parameters.beside(
            (*NOT_KEPT, options.hook_parameter, options.username_parameter, options.password_parameter),
            options.password_parameter,
        ),
    }


def answer_language(connection: Connection, parameters: Parameters, options: OciOptions) -> str:
    """The language of texts in an answer without a session: the call's, else the customer's."""
    known = dict(settings.LANGUAGES)
    wanted = (_language(parameters, options)[:2], connection.organisation.language)
    return next((code for code in wanted if code in known), settings.LANGUAGE_CODE)


def _charset(parameters: Parameters, options: OciOptions, notes: list[str]) -> str:
    wanted = options.charset or parameters.get("http_content_charset")
    label = texts.resolve(wanted)
    if wanted and label is None:
        notes.append(f"http_content_charset {wanted[:30]!r} is not one we write; {texts.DEFAULT} is used.")
    return label or texts.DEFAULT


def _target(parameters: Parameters, options: OciOptions, notes: list[str]) -> str:
    wanted = options.target or parameters.get("returntarget", "~TARGET")
    if wanted and not is_target(wanted):
        notes.append("The target of the return is not the name of a window; _top is used.")
        return "_top"
    return wanted or "_top"


def _language(parameters: Parameters, options: OciOptions) -> str:
    sent = parameters.get(options.language_parameter, *LANGUAGE_NAMES)
    return SAP_LANGUAGES.get(sent.upper(), sent if len(sent) > 1 else "").lower()


def _shopper(parameters: Parameters, options: OciOptions) -> Shopper:
    email = parameters.get(options.shopper_email_parameter)
    return Shopper(
        identifier=parameters.get(options.shopper_parameter) or email,
        name=parameters.get(options.shopper_name_parameter),
        email=email,
    )
