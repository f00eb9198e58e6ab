"""The cart as UBL 2.1 ``Catalogue``, valid for the rules of Peppol's transaction T77.

Peppol BIS Punch Out 3, PEPPOL-T77-B and -R rules, release 2026.5. Elements stand in the order of UBL 2.1;
one without a value is left out, as PEPPOL-COMMON-R001 refuses empty ones. Prices are without VAT.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from punchout.adapters.peppol import identifiers
from punchout.adapters.peppol.options import STANDARD_RATED, PeppolOptions
from punchout.adapters.peppol.outgoing import PROPERTY
from punchout.adapters.peppol.units import peppol_unit
from punchout.adapters.texts import one_line, plain_text
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnForm, ReturnLine
from punchout.errors import Conflict

CATALOGUE = "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:punch_out:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:punch_out:3"
GTIN_SCHEME = "0160"  # ISO 6523: GTIN
MAIN_IMAGE = "PRODUCT_IMAGE"
NOTHING: Mapping[str, str] = {}
LAST_SECOND = "23:59:59"


class _Tags(dict[str, str]):
    """Qualified names, each written once: a cart of 500 lines has some fifteen thousand elements."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self.namespace = namespace

    def __missing__(self, name: str) -> str:
        self[name] = f"{{{self.namespace}}}{name}"
        return self[name]


_GROUPS, _VALUES = _Tags(CAC), _Tags(CBC)


def cart_form(
    *,
    return_url: str,
    cart_id: str,
    echo: Mapping[str, Any],
    receiver_name: str,
    lines: tuple[ReturnLine, ...],
    options: PeppolOptions,
    mapped: Mapping[str, str] = NOTHING,
) -> ReturnForm:
    """The form with its one field; ``Conflict`` for an empty cart, which has no message.

    ``mapped`` are fields of the whole cart in place of our own.
    """
    root = catalogue(
        cart_id=cart_id, echo=echo, receiver_name=receiver_name, lines=lines, options=options, mapped=mapped
    )
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    assert isinstance(document, bytes)
    encoded = base64.b64encode(document) if options.cart_encoding == "base64" else document
    return ReturnForm(
        action=return_url, fields=((options.cart_field, encoded.decode("utf-8")),), target=options.target
    )


def catalogue(
    *,
    cart_id: str,
    echo: Mapping[str, Any],
    receiver_name: str,
    lines: tuple[ReturnLine, ...],
    options: PeppolOptions,
    mapped: Mapping[str, str] = NOTHING,
) -> etree._Element:
    """The document; ``receiver_name`` is the customer's, where the options have no registered name."""
    if not lines:
        raise Conflict(_("An empty cart cannot be returned: Peppol has no message for it."))
    names: Any = {None: CATALOGUE, "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{CATALOGUE}}}Catalogue", nsmap=names)
    now = timezone.localtime()
    _value(root, "CustomizationID", CUSTOMIZATION)
    _value(root, "ProfileID", PROFILE)
    _value(root, "ID", cart_id)
    _value(root, "ActionCode", "true" if options.whole_cart_only else "false")
    _value(root, "IssueDate", f"{now:%Y-%m-%d}")
    _value(root, "IssueTime", f"{now:%H:%M:%S}")
    validity = _group(root, "ValidityPeriod")
    _value(validity, "EndDate", f"{now + timedelta(days=options.validity_days):%Y-%m-%d}")
    _value(validity, "EndTime", LAST_SECOND)
    if contract := mapped.get("ReferencedContract", options.contract or _one_agreement(lines)):
        _value(_group(root, "ReferencedContract"), "ID", contract)
    name = options.provider_name or settings.SUPPLIER_NAME
    _party(root, "ProviderParty", options.provider, options.provider_id, name)
    registered = mapped.get("ReceiverName") or options.receiver_name or receiver_name
    receiver = _party(root, "ReceiverParty", options.receiver, options.receiver_id, registered)
    if reference := mapped.get("Contact", one_line(str(echo.get("reference") or ""))):
        _value(_group(receiver, "Contact"), "ID", reference)
    for line in lines:
        _catalogue_line(_group(root, "CatalogueLine"), line, options)
    return root


def _one_agreement(lines: tuple[ReturnLine, ...]) -> str:
    agreements = {line.agreement for line in lines}
    return agreements.pop() if len(agreements) == 1 else ""


def _party(
    root: etree._Element, name: str, endpoint: str, identifier: str, registered: str
) -> etree._Element:
    party = _group(root, name)
    if endpoint:
        scheme, value = identifiers.split(endpoint)
        _value(party, "EndpointID", value, schemeID=scheme)
    if identifier:
        scheme, value = identifiers.split(identifier)
        _value(_group(party, "PartyIdentification"), "ID", value, schemeID=scheme)
    _value(_group(party, "PartyLegalEntity"), "RegistrationName", one_line(registered))
    return party


def _catalogue_line(element: etree._Element, line: ReturnLine, options: PeppolOptions) -> None:
    sent = line.sent
    unit = sent("unitCode", options.units.get(line.unit) or peppol_unit(line.unit))
    _value(element, "ID", str(line.number))
    wanted = _group(element, "RequiredItemLocationQuantity")
    if days := sent("LeadTimeMeasure", str(line.lead_time_days) if line.lead_time_days > 0 else ""):
        _value(wanted, "LeadTimeMeasure", days, unitCode="DAY")
    price = _group(wanted, "Price")
    _value(price, "PriceAmount", sent("PriceAmount", f"{line.price:f}"), currencyID=line.currency)
    _value(price, "BaseQuantity", sent("BaseQuantity", str(line.price_unit)), unitCode=unit)
    quantity = sent("BatchQuantity", _plain(line.quantity))
    _value(_group(wanted, "DeliveryUnit"), "BatchQuantity", quantity, unitCode=unit)
    _item(_group(element, "Item"), line, options)


def _item(item: etree._Element, line: ReturnLine, options: PeppolOptions) -> None:
    sent = line.sent
    _optional(item, "Description", sent("Description", plain_text(line.description)))
    _value(item, "Name", sent("Name", one_line(line.name)) or line.sku)
    for group, number in (
        ("BuyersItemIdentification", line.buyer_part_number),
        ("SellersItemIdentification", line.sku),
        ("ManufacturersItemIdentification", line.manufacturer_part_number),
    ):
        if number := sent(group, number):
            _value(_group(item, group), "ID", number)
    if gtin := sent("StandardItemIdentification", line.gtin):
        _value(_group(item, "StandardItemIdentification"), "ID", gtin, schemeID=GTIN_SCHEME)
    if options.pictures and line.picture_url:
        picture = _group(item, "ItemSpecificationDocumentReference")
        _value(picture, "ID", line.sku)
        _value(picture, "DocumentTypeCode", MAIN_IMAGE)
        _value(_group(_group(picture, "Attachment"), "ExternalReference"), "URI", line.picture_url)
    unspsc = sent("ItemClassificationCode", line.unspsc)
    if unspsc and options.classification != "none":
        code = _group(item, "CommodityClassification")
        _value(code, "ItemClassificationCode", unspsc, listID=options.classification)
    tax = _group(item, "ClassifiedTaxCategory")
    percent = options.tax_percent if options.tax_category == STANDARD_RATED else Decimal(0)
    _value(tax, "ID", sent("TaxCategory", options.tax_category))
    _value(tax, "Percent", sent("TaxPercent", _plain(percent)))
    _value(_group(tax, "TaxScheme"), "ID", "VAT")
    for name, text in line.mapped.items():
        if name.startswith(PROPERTY) and text:
            found = _group(item, "AdditionalItemProperty")
            _value(found, "Name", name.removeprefix(PROPERTY))
            _value(found, "Value", text)
    if brand := sent("ManufacturerParty", one_line(line.brand)):
        _value(_group(_group(item, "ManufacturerParty"), "PartyName"), "Name", brand)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _group(parent: etree._Element, name: str) -> etree._Element:
    """A new last child of UBL's aggregates."""
    return etree.SubElement(parent, _GROUPS[name])


def _value(parent: etree._Element, name: str, text: str, /, **attributes: str) -> None:
    """A new last child of UBL's values; the text is never empty."""
    possible = text if text.isprintable() else xml_text(text)
    etree.SubElement(parent, _VALUES[name], attributes).text = possible


def _optional(parent: etree._Element, name: str, text: str) -> None:
    if text:
        _value(parent, name, text)
