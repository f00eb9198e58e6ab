"""Writes the requests of an installer's ERP in cebeoXML 2.0.0, with code of its own."""

from lxml import etree

from punchout.sandbox.dialects import CebeoDialect

_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://b2b.cebeo.be/XMLschema/2.0.0/cebeoXML.xsd"


def build_request(dialect: CebeoDialect, function: str, *, product: str = "", search: str = "") -> bytes:
    """One of ``Article/Get``, ``Article/Search``, ``Order/Get`` and ``Order/Delete`` of the open order."""
    root = etree.Element("cebeoXML", nsmap={"xsi": _INSTANCE}, attrib={"version": "2.0.0"})
    root.set(f"{{{_INSTANCE}}}noNamespaceSchemaLocation", _SCHEMA)
    request = etree.SubElement(root, "Request")
    customer = etree.SubElement(request, "Customer")
    _add(customer, "CustomerNumber", dialect.customer_number)
    _add(customer, "UserName", dialect.user)
    _add(customer, "Password", dialect.secret)
    subject, _slash, action = function.partition("/")
    _add(request, "ResponseType", "List" if subject == "Article" else "Detail")
    element = etree.SubElement(etree.SubElement(request, subject), action)
    if subject == "Order":
        _add(element, "OpenOrder")
    elif action == "Get":
        for number in product.split():
            _add(etree.SubElement(element, "Material"), "SupplierItemID", number)
    else:
        keywords = etree.SubElement(element, "SearchKeywords")
        for word in search.split():
            _add(keywords, "Keyword", word)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(parent: etree._Element, name: str, text: str = "") -> None:
    etree.SubElement(parent, name).text = text or None
