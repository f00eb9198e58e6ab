"""The names that an expression of a mapping may speak of, with what they mean, for every protocol."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.adapters.outgoing import Place
from punchout.template_language import Names

Meaning = Mapping[str, str | Promise]

LINE: Meaning = {
    "number": _("number of the line"),
    "sku": _("article number"),
    "name": _("name"),
    "description": _("description"),
    "quantity": _("quantity"),
    "unit": _("unit, as the buyer's system calls it"),
    "unit_code": _("unit, as the catalog has it"),
    "price": _("net price, per price unit"),
    "price_unit": _("price unit"),
    "unit_price": _("net price of one unit, at most six decimals"),
    "list_price": _("list price, per price unit"),
    "total": _("total without VAT"),
    "surcharges": _("metal and eco-contributions of the line, also where they are in the price"),
    "metal_surcharge": _("metal surcharge of the line"),
    "levies": _("eco-contributions of the line"),
    "currency": _("currency, as the buyer's system calls it"),
    "brand": _("brand"),
    "manufacturer_part_number": _("manufacturer part number"),
    "buyer_part_number": _("the customer's own article number"),
    "gtin": _("GTIN"),
    "unspsc": _("UNSPSC"),
    "etim_class": _("ETIM class"),
    "eclass": _("eCl@ss"),
    "category": _("category"),
    "buyer_class": _("what the classification table says"),
    "tax_rate": _("VAT in percent"),
    "tax_code": _("what the tax table says"),
    "agreement": _("number of the agreement behind the price"),
    "lead_time_days": _("lead time in days"),
    "picture_url": _("address of the picture"),
    "page_url": _("address of the article's page"),
    "language": _("language of the texts"),
    "token": _("identity of the line"),
}
PRODUCT: Meaning = {
    "brand_code": _("code of the brand"),
    "category_code": _("code of the category"),
    "status": _("status"),
    "order_unit": _("order unit"),
    "content_quantity": _("content of one order unit"),
    "content_unit": _("unit of the content"),
    "minimum_quantity": _("minimum quantity"),
    "quantity_step": _("sold in multiples of"),
    "name_en": _("name (en)"),
    "name_nl": _("name (nl)"),
    "name_fr": _("name (fr)"),
    "name_de": _("name (de)"),
}
SESSION: Meaning = {
    "key": _("key of the session"),
    "cart_id": _("number of the cart"),
    "operation": _("create or edit"),
    "language": _("language"),
    "shopper": _("who is shopping, as his system calls him"),
    "shopper_name": _("name of who is shopping"),
    "shopper_email": _("e-mail address of who is shopping"),
    "date": _("today, as 2026-01-31"),
    "test": _("true for a test connection"),
    "line_count": _("lines of the cart"),
    "total": _("total of the cart without VAT"),
    "currency": _("currency of the cart"),
}
CUSTOMER: Meaning = {
    "number": _("customer number"),
    "name": _("name"),
    "vat_number": _("VAT number"),
    "language": _("language"),
    "currency": _("currency"),
}
SITE: Meaning = {
    "code": _("address id of the delivery site"),
    "name": _("name"),
    "street": _("street"),
    "postal_code": _("postal code"),
    "city": _("city"),
    "country": _("country"),
}
PART: Meaning = {
    "sku": _("article number of the part"),
    "name": _("name of the part"),
    "quantity": _("quantity of the part on the line"),
    "per_set": _("quantity of the part in one set"),
    "unit": _("unit of the part, as the buyer's system calls it"),
    "unit_code": _("unit of the part, as the catalog has it"),
    "unspsc": _("UNSPSC of the part"),
    "category": _("category of the part"),
    "number": _("number of the part in its set"),
}
TABLES: Mapping[str, Meaning] = {
    "line": LINE, "product": PRODUCT, "session": SESSION, "customer": CUSTOMER, "site": SITE, "part": PART,
}  # fmt: skip
# attribute.CODE of the article, launch.NAME as the launch sent it, constant.NAME of the connection.
OPEN = frozenset(("attribute", "launch", "constant"))

NAMES = Names(
    own=frozenset(),
    parts=tuple((root, frozenset(names)) for root, names in sorted(TABLES.items())),
    open=OPEN,
)


# What a field may speak of, by its place. Of a part, product and attribute are the part's own.
CART_ROOTS = frozenset(("session", "customer", "site", "launch", "constant"))
LINE_ROOTS = CART_ROOTS | {"line", "product", "attribute"}
ROOTS: Mapping[Place, frozenset[str]] = {
    "cart": CART_ROOTS,
    "line": LINE_ROOTS,
    "part": LINE_ROOTS | {"part"},
}
