"""Checks a shopping cart as a Peppol receiver does: the rules of transaction T77, in words of our own.

Peppol BIS Punch Out 3, release 2026.5: what each element may contain in the order of UBL 2.1 (the B rules),
PEPPOL-T77-R001 to R010, and the common rule that no element is empty.
"""

from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree

Element = ElementTree.Element
NAMESPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2": "",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac.",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc.",
}
SPECIFICATION = "urn:fdc:peppol.eu:poacc:trns:punch_out:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:punch_out:3"
PARTY = "cbc.EndpointID cac.PartyIdentification* cac.PartyLegalEntity!"
# What an element may contain, in this order: ! is mandatory, * may be repeated.
CONTENT = {
    "Catalogue": (
        "cbc.CustomizationID! cbc.ProfileID! cbc.ID! cbc.ActionCode cbc.IssueDate! cbc.IssueTime! "
        "cac.ValidityPeriod cac.ReferencedContract cac.ProviderParty! cac.ReceiverParty! cac.CatalogueLine!*"
    ),
    "cac.ValidityPeriod": "cbc.EndDate! cbc.EndTime",
    "cac.ReferencedContract": "cbc.ID",
    "cac.ProviderParty": PARTY,
    "cac.ReceiverParty": f"{PARTY} cac.Contact",
    "cac.Contact": "cbc.ID",
    "cac.PartyIdentification": "cbc.ID!",
    "cac.PartyLegalEntity": "cbc.RegistrationName!",
    "cac.CatalogueLine": (
        "cbc.ID! cbc.ContractSubdivision cac.LineValidityPeriod cac.RequiredItemLocationQuantity! cac.Item!"
    ),
    "cac.LineValidityPeriod": "cbc.StartDate cbc.EndDate cbc.EndTime",
    "cac.RequiredItemLocationQuantity": (
        "cbc.LeadTimeMeasure cac.ApplicableTerritoryAddress cac.Price! cac.DeliveryUnit!"
    ),
    "cac.ApplicableTerritoryAddress": (
        "cbc.StreetName cbc.AdditionalStreetName cbc.CityName cbc.PostalZone cbc.CountrySubentity "
        "cac.AddressLine cac.Country"
    ),
    "cac.AddressLine": "cbc.Line",
    "cac.Country": "cbc.IdentificationCode!",
    "cac.Price": "cbc.PriceAmount! cbc.BaseQuantity cbc.PriceType",
    "cac.DeliveryUnit": "cbc.BatchQuantity!",
    "cac.Item": (
        "cbc.Description cbc.Name! cac.BuyersItemIdentification cac.SellersItemIdentification "
        "cac.ManufacturersItemIdentification cac.StandardItemIdentification "
        "cac.ItemSpecificationDocumentReference* cac.OriginCountry cac.CommodityClassification* "
        "cac.TransactionConditions cac.ClassifiedTaxCategory! cac.AdditionalItemProperty* "
        "cac.ManufacturerParty cac.Certificate*"
    ),
    "cac.BuyersItemIdentification": "cbc.ID!",
    "cac.SellersItemIdentification": "cbc.ID!",
    "cac.ManufacturersItemIdentification": "cbc.ID!",
    "cac.StandardItemIdentification": "cbc.ID!",
    "cac.ItemSpecificationDocumentReference": (
        "cbc.ID! cbc.DocumentTypeCode cbc.DocumentDescription cac.Attachment"
    ),
    "cac.Attachment": "cbc.EmbeddedDocumentBinaryObject cac.ExternalReference",
    "cac.ExternalReference": "cbc.URI!",
    "cac.OriginCountry": "cbc.IdentificationCode",
    "cac.CommodityClassification": "cbc.ItemClassificationCode!",
    "cac.TransactionConditions": "cbc.ActionCode!",
    "cac.ClassifiedTaxCategory": "cbc.ID! cbc.Percent! cac.TaxScheme!",
    "cac.TaxScheme": "cbc.ID!",
    "cac.AdditionalItemProperty": (
        "cbc.ID cbc.Name! cbc.NameCode cbc.Value! cbc.ValueQuantity cbc.ValueQualifier"
    ),
    "cac.ManufacturerParty": "cac.PartyName!",
    "cac.PartyName": "cbc.Name!",
    "cac.Certificate": (
        "cbc.ID! cbc.CertificateTypeCode! cbc.CertificateType! cbc.Remarks cac.IssuerParty! "
        "cac.DocumentReference"
    ),
    "cac.IssuerParty": "cac.PartyName!",
    "cac.DocumentReference": "cbc.ID!",
}
ATTRIBUTES = {
    "cbc.EndpointID": "schemeID",
    "cbc.LeadTimeMeasure": "unitCode",
    "cbc.PriceAmount": "currencyID",
    "cbc.BaseQuantity": "unitCode",
    "cbc.BatchQuantity": "unitCode",
    "cbc.ItemClassificationCode": "listID",
    "cbc.NameCode": "listID",
    "cbc.ValueQuantity": "unitCode",
}
# Of the code list: what the shop's units become, and those of the published example.
UNITS = "C62 H87 EA MTR MTK MTQ KGM GRM LTR HUR DAY PR SET XRO XRL XCL XPK XBX XCT XBG XCS XDR"


def violations(document: bytes) -> list[str]:
    """Every rule that the document breaks, with the element; empty when a receiver accepts it."""
    root = ElementTree.fromstring(document)
    for element in root.iter():
        namespace, _brace, name = element.tag[1:].partition("}")
        element.tag = NAMESPACES[namespace] + name
    return [*_structure(root), *_rules(root)]


def _structure(root: Element) -> Iterator[str]:
    if root.tag != "Catalogue":
        yield f"{root.tag} is not a Catalogue"
    if root.findtext("cbc.ProfileID") != PROFILE:
        yield "B00301 ProfileID"
    for element in root.iter():
        if element.tag in CONTENT:
            yield from _content(element)
        elif not len(element) and not (element.text or "").strip():
            yield f"COMMON-R001 {element.tag} is empty"
        if (attribute := ATTRIBUTES.get(element.tag)) and not element.get(attribute):
            yield f"{element.tag} has no {attribute}"
        if element.get("unitCode", "DAY") not in UNITS.split():
            yield f"{element.tag}: unit {element.get('unitCode')} is not in the list"
    for code in root.findall("cbc.ActionCode"):
        if code.text not in ("true", "false"):
            yield "B00501 ActionCode"


def _content(element: Element) -> Iterator[str]:
    parts = CONTENT[element.tag].split()
    order = [part.rstrip("!*") for part in parts]
    found = [child.tag for child in element]
    places = [order.index(tag) for tag in found if tag in order]
    if unknown := set(found) - set(order):
        yield f"{element.tag} must not contain {sorted(unknown)}"
    if places != sorted(places):
        yield f"{element.tag}: the order is {found}"
    for part, tag in zip(parts, order, strict=True):
        if "!" in part and tag not in found:
            yield f"{element.tag} has no {tag}"
        if "*" not in part and found.count(tag) > 1:
            yield f"{element.tag} has more than one {tag}"


def _rules(root: Element) -> Iterator[str]:
    issued = root.findtext("cbc.IssueDate", "")
    for end in root.findall("cac.ValidityPeriod/cbc.EndDate"):
        if (end.text or "") < issued:
            yield "R001"
    if not root.findtext("cbc.CustomizationID", "").startswith(SPECIFICATION):
        yield "R010"
    for line in root.findall("cac.CatalogueLine"):
        yield from (f"{rule} in line {line.findtext('cbc.ID')}" for rule in _line_rules(line))


def _line_rules(line: Element) -> Iterator[str]:
    wanted, item = line.find("cac.RequiredItemLocationQuantity"), line.find("cac.Item")
    assert wanted is not None and item is not None
    base, batch = wanted.find("cac.Price/cbc.BaseQuantity"), wanted.find("cac.DeliveryUnit/cbc.BatchQuantity")
    if base is not None and batch is not None:
        if min(Decimal(base.text or 0), Decimal(batch.text or 0)) <= 0:
            yield "R002"
        if base.get("unitCode") != batch.get("unitCode"):
            yield "R006"
    if Decimal(wanted.findtext("cac.Price/cbc.PriceAmount", "-1")) < 0:
        yield "R003"
    numbers = ("cac.SellersItemIdentification/cbc.ID", "cac.StandardItemIdentification/cbc.ID")
    if not any(item.findtext(number) for number in numbers):
        yield "R004"
    kinds = [
        kind.text for kind in item.findall("cac.ItemSpecificationDocumentReference/cbc.DocumentTypeCode")
    ]
    if kinds.count("PRODUCT_IMAGE") > 1:
        yield "R005"
    for item_property in item.findall("cac.AdditionalItemProperty"):
        service = item_property.findtext("cbc.Name") == "ServiceIndicator"
        if service and item_property.findtext("cbc.Value") not in ("true", "false"):
            yield "R007"
    for tax in item.findall("cac.ClassifiedTaxCategory"):
        category, percent = tax.findtext("cbc.ID"), tax.findtext("cbc.Percent")
        if percent is None and category != "O":
            yield "R008"
        if category == "S" and Decimal(percent or 0) <= 0:
            yield "R009"
