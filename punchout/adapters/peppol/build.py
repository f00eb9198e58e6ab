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

from punchout.adapters.markup import attribute, content, with_lines
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
_ZERO = Decimal(0)


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
    if not lines:
        raise Conflict(_("An empty cart cannot be returned: Peppol has no message for it."))
    root = _catalogue(cart_id, echo, receiver_name, lines, options, mapped)
    written = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    assert isinstance(written, bytes)
    found = "".join([_catalogue_line(line, options) for line in lines])
    document = with_lines(written.decode("utf-8"), found, "Catalogue")
    if options.cart_encoding == "base64":
        document = base64.b64encode(document.encode()).decode("ascii")
    return ReturnForm(action=return_url, fields=((options.cart_field, document),), target=options.target)


def _catalogue(
    cart_id: str,
    echo: Mapping[str, Any],
    receiver_name: str,
    lines: tuple[ReturnLine, ...],
    options: PeppolOptions,
    mapped: Mapping[str, str],
) -> etree._Element:
    """The document without its lines."""
    names: Any = {None: CATALOGUE, "cac": CAC, "cbc": CBC}
    root = etree.Element(f"{{{CATALOGUE}}}Catalogue", nsmap=names)
    now = timezone.localtime()
    _value(root, "CustomizationID", CUSTOMIZATION)
    _value(root, "ProfileID", PROFILE)
    sent = mapped.get
    _value(root, "ID", sent("ID") or cart_id)
    _value(root, "ActionCode", sent("ActionCode") or ("true" if options.whole_cart_only else "false"))
    issued = sent("IssueDate") or f"{now:%Y-%m-%d}"
    until = sent("EndDate") or f"{now + timedelta(days=options.validity_days):%Y-%m-%d}"
    if until < issued:  # PEPPOL-T77-R001, which only a mapping can break
        raise Conflict(_("The prices end before the cart is issued. Ask us.") + f" ({until} < {issued})")
    _value(root, "IssueDate", issued)
    _value(root, "IssueTime", f"{now:%H:%M:%S}")
    validity = _group(root, "ValidityPeriod")
    _value(validity, "EndDate", until)
    _value(validity, "EndTime", sent("EndTime") or LAST_SECOND)
    if contract := mapped.get("ReferencedContract", options.contract or _one_agreement(lines)):
        _value(_group(root, "ReferencedContract"), "ID", contract)
    name = sent("ProviderName") or options.provider_name or settings.SUPPLIER_NAME
    endpoint, number = sent("ProviderEndpointID", options.provider), sent("ProviderID", options.provider_id)
    _party(root, "ProviderParty", endpoint, number, name)
    registered = sent("ReceiverName") or options.receiver_name or receiver_name
    endpoint, number = sent("ReceiverEndpointID", options.receiver), sent("ReceiverID", options.receiver_id)
    receiver = _party(root, "ReceiverParty", endpoint, number, registered)
    if reference := mapped.get("Contact", one_line(str(echo.get("reference") or ""))):
        _value(_group(receiver, "Contact"), "ID", reference)
    return root


def _one_agreement(lines: tuple[ReturnLine, ...]) -> str:
    agreements = {line.agreement for line in lines}
    return agreements.pop() if len(agreements) == 1 else ""


def _party(
    root: etree._Element, name: str, endpoint: str, identifier: str, registered: str
) -> etree._Element:
    party = _group(root, name)
    if endpoint:
        scheme, value = _split(endpoint)
        _value(party, "EndpointID", value, schemeID=scheme)
    if identifier:
        scheme, value = _split(identifier)
        _value(_group(party, "PartyIdentification"), "ID", value, schemeID=scheme)
    _value(_group(party, "PartyLegalEntity"), "RegistrationName", one_line(registered))
    return party


def _split(identifier: str) -> tuple[str, str]:
    """Scheme and value; what only a mapping can get wrong is said as what stops the cart."""
    try:
        return identifiers.split(identifier)
    except ValueError as error:
        raise Conflict(str(error)) from None


def _catalogue_line(line: ReturnLine, options: PeppolOptions) -> str:
    """``CatalogueLine`` with all that it holds, as text."""
    sent = line.mapped.get
    unit = attribute(sent("unitCode", options.units.get(line.unit) or peppol_unit(line.unit)))
    days = sent("LeadTimeMeasure", str(line.lead_time_days) if line.lead_time_days > 0 else "")
    price = content(sent("PriceAmount", f"{line.price:f}"))
    basis = content(sent("BaseQuantity", str(line.price_unit)))
    quantity = content(sent("BatchQuantity", _plain(line.quantity)))
    lead_time = f'<cbc:LeadTimeMeasure unitCode="DAY">{content(days)}</cbc:LeadTimeMeasure>' if days else ""
    currency = attribute(sent("currencyID", line.currency))
    until, kind = sent("LineValidityPeriod"), sent("PriceType")
    valid = f"<cbc:EndDate>{content(until)}</cbc:EndDate>" if until else ""
    return (
        f"<cac:CatalogueLine><cbc:ID>{content(sent('LineID') or str(line.number))}</cbc:ID>"
        f"{f'<cac:LineValidityPeriod>{valid}</cac:LineValidityPeriod>' if valid else ''}"
        f"<cac:RequiredItemLocationQuantity>{lead_time}"
        f'<cac:Price><cbc:PriceAmount currencyID="{currency}">{price}</cbc:PriceAmount>'
        f'<cbc:BaseQuantity unitCode="{unit}">{basis}</cbc:BaseQuantity>'
        f"{f'<cbc:PriceType>{content(kind)}</cbc:PriceType>' if kind else ''}</cac:Price>"
        f'<cac:DeliveryUnit><cbc:BatchQuantity unitCode="{unit}">{quantity}</cbc:BatchQuantity>'
        f"</cac:DeliveryUnit></cac:RequiredItemLocationQuantity>{_item(line, options)}</cac:CatalogueLine>"
    )


def _item(line: ReturnLine, options: PeppolOptions) -> str:
    sent = line.mapped.get
    written = ["<cac:Item>"]
    if description := sent("Description", plain_text(line.description)):
        written.append(f"<cbc:Description>{content(description)}</cbc:Description>")
    name = sent("Name", one_line(line.name)) or line.sku
    written.append(f"<cbc:Name>{content(name)}</cbc:Name>")
    for group, number in (
        ("BuyersItemIdentification", line.buyer_part_number),
        ("SellersItemIdentification", line.sku),
        ("ManufacturersItemIdentification", line.manufacturer_part_number),
    ):
        if number := sent(group, number):
            written.append(f"<cac:{group}><cbc:ID>{content(number)}</cbc:ID></cac:{group}>")
    if gtin := sent("StandardItemIdentification", line.gtin):
        identified = f'<cbc:ID schemeID="{GTIN_SCHEME}">{content(gtin)}</cbc:ID>'
        written.append(f"<cac:StandardItemIdentification>{identified}</cac:StandardItemIdentification>")
    if picture := sent("DocumentURI", line.picture_url if options.pictures else ""):
        written.append(_picture(line, picture))
    if country := sent("OriginCountry"):
        code = f"<cbc:IdentificationCode>{content(country)}</cbc:IdentificationCode>"
        written.append(f"<cac:OriginCountry>{code}</cac:OriginCountry>")
    unspsc = sent("ItemClassificationCode", line.unspsc)
    if unspsc and options.classification != "none":
        listed = f'<cbc:ItemClassificationCode listID="{options.classification}">{content(unspsc)}'
        code = f"{listed}</cbc:ItemClassificationCode>"
        written.append(f"<cac:CommodityClassification>{code}</cac:CommodityClassification>")
    if condition := sent("TransactionConditions"):
        code = f"<cbc:ActionCode>{content(condition)}</cbc:ActionCode>"
        written.append(f"<cac:TransactionConditions>{code}</cac:TransactionConditions>")
    percent = options.tax_percent if options.tax_category == STANDARD_RATED else _ZERO
    category, rate = sent("TaxCategory", options.tax_category), sent("TaxPercent", _plain(percent))
    if category == STANDARD_RATED and not rate.strip("0."):  # PEPPOL-T77-R009
        raise Conflict(_("%(sku)s: VAT category S needs a rate above zero. Ask us.") % {"sku": line.sku})
    written.append(
        f"<cac:ClassifiedTaxCategory><cbc:ID>{content(category)}</cbc:ID>"
        f"<cbc:Percent>{content(rate)}</cbc:Percent>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>"
    )
    for name, text in line.mapped.items():
        if name.startswith(PROPERTY) and text:
            written.append(
                "<cac:AdditionalItemProperty>"
                f"<cbc:Name>{content(name.removeprefix(PROPERTY))}</cbc:Name>"
                f"<cbc:Value>{content(text)}</cbc:Value></cac:AdditionalItemProperty>"
            )
    if brand := sent("ManufacturerParty", one_line(line.brand)):
        party = f"<cac:PartyName><cbc:Name>{content(brand)}</cbc:Name></cac:PartyName>"
        written.append(f"<cac:ManufacturerParty>{party}</cac:ManufacturerParty>")
    written.append("</cac:Item>")
    return "".join(written)


def _picture(line: ReturnLine, picture: str) -> str:
    address = f"<cbc:URI>{content(picture)}</cbc:URI>"
    return (
        f"<cac:ItemSpecificationDocumentReference><cbc:ID>{content(line.sku)}</cbc:ID>"
        f"<cbc:DocumentTypeCode>{MAIN_IMAGE}</cbc:DocumentTypeCode><cac:Attachment><cac:ExternalReference>"
        f"{address}</cac:ExternalReference></cac:Attachment></cac:ItemSpecificationDocumentReference>"
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _group(parent: etree._Element, name: str) -> etree._Element:
    """A new last child of UBL's aggregates."""
    return etree.SubElement(parent, f"{{{CAC}}}{name}")


def _value(parent: etree._Element, name: str, text: str, /, **attributes: str) -> None:
    """A new last child of UBL's values; the text is never empty."""
    etree.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = xml_text(text)
