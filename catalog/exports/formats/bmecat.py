"""BMEcat 2005: a new catalog, or with ``since`` a product update; and price updates by themselves.

Updates are counted (``prev_version``): 0 follows the catalog, each further one the one before. A schedule
counts them; whoever asks without one gets number 0. Price factors are left out and prices multiplied, as
some receivers ignore them.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.utils import timezone

from catalog.exports.formats.bmecat_features import Features
from catalog.exports.languages import LANGUAGES, languages_of
from catalog.exports.order import ExportOrder
from catalog.exports.registry import register
from catalog.exports.row import ExportRow
from catalog.exports.rows import With, chunks
from catalog.exports.text import number_text, xml_text, xml_texts
from catalog.models import Category
from catalog.texts import translated

NAMESPACE = "http://www.bmecat.org/bmecat/2005"
LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, LONGEST_GROUP = 50, 150, 64_000, 50
LONGEST_CATALOG_ID, LONGEST_ADDRESS = 20, 255
OLD = ("run-out", "discontinued")
METALS = {"CU": "copper", "AL": "aluminium", "PB": "lead", "AG": "silver", "AU": "gold", "NI": "nickel"}
TREE = "shop"
PIECE = 1024 * 1024
MEDIA_TYPE = "application/xml"
ALL = With(features=True, texts=True)


@register("bmecat", label="BMEcat 2005", media_type=MEDIA_TYPE, extension="xml", orderable_only=True)
def write(order: ExportOrder) -> Iterator[bytes]:
    """Articles after their tree and before their places in it, as the grammar wants it."""
    if order.incremental:
        yield (_begin(order) + f'<T_UPDATE_PRODUCTS prev_version="{order.updates_before}">\n').encode()
        features = Features(languages_of(order))
        for rows in chunks(order, ALL):
            yield "".join(
                [_gone(row) if row.removed else _product(row, "update", features) for row in rows]
            ).encode()
        yield b"</T_UPDATE_PRODUCTS>\n</BMECAT>\n"
        return
    yield (_begin(order) + "<T_NEW_CATALOG>\n" + _tree(order)).encode()
    with SpooledTemporaryFile(max_size=PIECE) as places:
        features = Features(languages_of(order))
        for rows in chunks(order, ALL):
            yield "".join([_product(row, "new", features) for row in rows]).encode()
            places.write("".join([_place(row) for row in rows]).encode())
        places.seek(0)
        while piece := places.read(PIECE):
            yield piece
    yield b"</T_NEW_CATALOG>\n</BMECAT>\n"


@register(
    "bmecat-prices",
    label="BMEcat 2005, prices",
    media_type=MEDIA_TYPE,
    extension="xml",
    orderable_only=True,
    only_prices=True,
)
def write_prices(order: ExportOrder) -> Iterator[bytes]:
    """T_UPDATE_PRICES: what went has no place in it and is left out."""
    yield (_begin(order) + f'<T_UPDATE_PRICES prev_version="{order.updates_before}">\n').encode()
    for rows in chunks(order):
        yield "".join(
            [
                f'<PRODUCT mode="update"><SUPPLIER_PID>{xml_text(row.sku)}</SUPPLIER_PID>{_prices(row)}'
                "</PRODUCT>\n"
                for row in rows
                if not row.removed
            ]
        ).encode()
    yield b"</T_UPDATE_PRICES>\n</BMECAT>\n"


def _begin(order: ExportOrder) -> str:
    customer = order.organisation
    now = timezone.localtime()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<BMECAT version="2005" xmlns="{NAMESPACE}">\n<HEADER><CATALOG>'
        f"{_spoken(order)}"
        f"<CATALOG_ID>{_text(customer.number, LONGEST_CATALOG_ID)}</CATALOG_ID>"
        f"<CATALOG_VERSION>{order.today:%y.%j}</CATALOG_VERSION>"
        f"<GENERATION_DATE>{now.isoformat(timespec='seconds')}</GENERATION_DATE>"
        f"<CURRENCY>{customer.currency}</CURRENCY></CATALOG>"
        f'<BUYER><BUYER_ID type="supplier_specific">{_text(customer.number)}</BUYER_ID>'
        f"<BUYER_NAME>{_text(customer.name, LONGEST_ID)}</BUYER_NAME></BUYER>"
        f"<SUPPLIER><SUPPLIER_NAME>{_text(settings.SUPPLIER_NAME or 'Supplier', LONGEST_ID)}</SUPPLIER_NAME>"
        "</SUPPLIER></HEADER>\n"
    )


def _spoken(order: ExportOrder) -> str:
    first, *others = (LANGUAGES[code] for code in languages_of(order))
    more = "".join(f"<LANGUAGE>{code}</LANGUAGE>" for code in others)
    return f'<LANGUAGE default="true">{first}</LANGUAGE>{more}'


def _tree(order: ExportOrder) -> str:
    """All categories: which of them the articles are in is known only at the end."""
    found = list(Category.objects.order_by("position", "id"))
    if not found:
        return ""
    parents = {each.pk: each.slug for each in found}
    inner = {each.parent_id for each in found}
    nodes = "".join(
        f'<CATALOG_STRUCTURE type="{"node" if each.pk in inner else "leaf"}">'
        f"<GROUP_ID>{_text(each.slug, LONGEST_GROUP)}</GROUP_ID>"
        f"{_group_names(each, languages_of(order))}"
        f"<PARENT_ID>{_text(parents.get(each.parent_id or 0, TREE), LONGEST_GROUP)}</PARENT_ID>"
        f"<GROUP_ORDER>{each.position}</GROUP_ORDER></CATALOG_STRUCTURE>\n"
        for each in found
    )
    root = (
        f'<CATALOG_STRUCTURE type="root"><GROUP_ID>{TREE}</GROUP_ID><GROUP_NAME>'
        f"{_text(settings.SUPPLIER_NAME or 'Supplier', 80)}</GROUP_NAME><PARENT_ID>0</PARENT_ID>"
        "</CATALOG_STRUCTURE>\n"
    )
    return f"<CATALOG_GROUP_SYSTEM>\n{root}{nodes}</CATALOG_GROUP_SYSTEM>\n"


def _group_names(category: Category, languages: Sequence[str]) -> str:
    if len(languages) == 1:
        return _element("GROUP_NAME", translated(category, "name", languages[0]), 80)
    names = ((LANGUAGES[code], getattr(category, f"name_{code}")) for code in languages)
    return "".join(
        f'<GROUP_NAME lang="{code}">{_text(name, 80)}</GROUP_NAME>' for code, name in names if name
    )


def _place(row: ExportRow) -> str:
    sku, category = xml_texts(row.sku, row.category[:LONGEST_GROUP])
    return (
        f"<PRODUCT_TO_CATALOGGROUP_MAP><PROD_ID>{sku}</PROD_ID>"
        f"<CATALOG_GROUP_ID>{category}</CATALOG_GROUP_ID></PRODUCT_TO_CATALOGGROUP_MAP>\n"
    )


def _product(row: ExportRow, mode: str, features: Features) -> str:
    sku, name, description, own, maker_number, brand, image = xml_texts(
        row.sku,
        row.name[:LONGEST_NAME],
        row.description[:LONGEST_TEXT],
        row.customer_number[:LONGEST_ID],
        row.manufacturer_number[:LONGEST_ID],
        row.brand[:LONGEST_ID],
        row.image[:LONGEST_ADDRESS],
    )
    if row.texts:
        texts = _texts(row)
    else:
        long = f"<DESCRIPTION_LONG>{description}</DESCRIPTION_LONG>" if description else ""
        texts = f"<DESCRIPTION_SHORT>{name}</DESCRIPTION_SHORT>{long}"
    media = (
        f"<MIME_INFO><MIME><MIME_SOURCE>{image}</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE></MIME>"
        "</MIME_INFO>"
        if image
        else ""
    )
    return (
        f'<PRODUCT mode="{mode}"><SUPPLIER_PID>{sku}</SUPPLIER_PID><PRODUCT_DETAILS>{texts}'
        + (f'<INTERNATIONAL_PID type="gtin">{row.gtin}</INTERNATIONAL_PID>' if row.gtin else "")
        + (f'<BUYER_PID type="buyer_specific">{own}</BUYER_PID>' if own else "")
        + (f"<MANUFACTURER_PID>{maker_number}</MANUFACTURER_PID>" if maker_number else "")
        + (f"<MANUFACTURER_NAME>{brand}</MANUFACTURER_NAME>" if brand else "")
        + (f"<DELIVERY_TIME>{row.lead_time_days}</DELIVERY_TIME>" if row.lead_time_days is not None else "")
        + (_STATUS_OLD if row.status in OLD else "")
        + f"</PRODUCT_DETAILS>{features.blocks(row.etim_class, row.unspsc, row.features)}"
        f"{_order_details(row)}{_prices(row)}{media}{_extensions(row)}{_successor(row)}</PRODUCT>\n"
    )


def _texts(row: ExportRow) -> str:
    """Each language says which it is, the default one too."""
    short = "".join(
        f'<DESCRIPTION_SHORT lang="{LANGUAGES[code]}">{_text(name, LONGEST_NAME)}</DESCRIPTION_SHORT>'
        for code, name, _description in row.texts
        if name
    )
    long = "".join(
        f'<DESCRIPTION_LONG lang="{LANGUAGES[code]}">{_text(description, LONGEST_TEXT)}</DESCRIPTION_LONG>'
        for code, _name, description in row.texts
        if description
    )
    return short + long


def _gone(row: ExportRow) -> str:
    """An article that is deleted has all that is compulsory, although nobody reads it."""
    return (
        f'<PRODUCT mode="delete"><SUPPLIER_PID>{_text(row.sku, LONGEST_ID)}</SUPPLIER_PID><PRODUCT_DETAILS>'
        f"<DESCRIPTION_SHORT>{_text(row.sku, LONGEST_NAME)}</DESCRIPTION_SHORT></PRODUCT_DETAILS>"
        "<PRODUCT_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT></PRODUCT_ORDER_DETAILS>"
        f"{_prices(row)}</PRODUCT>\n"
    )


_STATUS_OLD = '<PRODUCT_STATUS type="old_product">run-out</PRODUCT_STATUS>'


def _order_details(row: ExportRow) -> str:
    content = ""
    if row.content_unit and row.content_quantity:
        content = (
            f"<CONTENT_UNIT>{row.content_unit}</CONTENT_UNIT>"
            f"<NO_CU_PER_OU>{number_text(row.content_quantity)}</NO_CU_PER_OU>"
        )
    return (
        f"<PRODUCT_ORDER_DETAILS><ORDER_UNIT>{row.order_unit}</ORDER_UNIT>{content}"
        f"<PRICE_QUANTITY>{row.price_quantity or 1}</PRICE_QUANTITY>"
        f"<QUANTITY_MIN>{number_text(row.minimum_quantity or Decimal(1))}</QUANTITY_MIN>"
        f"<QUANTITY_INTERVAL>{number_text(row.quantity_step or Decimal(1))}</QUANTITY_INTERVAL>"
        "</PRODUCT_ORDER_DETAILS>"
    )


def _prices(row: ExportRow) -> str:
    """List price and net prices from each quantity on; on request it is a daily price of nothing."""
    if row.net_amount is None:
        return _ON_REQUEST
    end = f"</PRICE_AMOUNT><PRICE_CURRENCY>{row.currency}</PRICE_CURRENCY><LOWER_BOUND>"
    begin = f"<VALID_END_DATE>{row.valid_until.isoformat()}</VALID_END_DATE>" if row.valid_until else ""
    if row.list_amount is not None:
        begin += f"{_LIST}{number_text(row.list_amount)}{end}1</LOWER_BOUND></PRODUCT_PRICE>"
    begin += f"{_NET}{number_text(row.net_amount)}{end}1</LOWER_BOUND></PRODUCT_PRICE>"
    for bound, amount in row.scales:
        begin += f"{_NET}{number_text(amount)}{end}{number_text(bound)}</LOWER_BOUND></PRODUCT_PRICE>"
    return f"<PRODUCT_PRICE_DETAILS>{begin}</PRODUCT_PRICE_DETAILS>"


_LIST = '<PRODUCT_PRICE price_type="net_list"><PRICE_AMOUNT>'
_NET = '<PRODUCT_PRICE price_type="net_customer"><PRICE_AMOUNT>'
_ON_REQUEST = (
    "<PRODUCT_PRICE_DETAILS><DAILY_PRICE>true</DAILY_PRICE>"
    '<PRODUCT_PRICE price_type="net_customer"><PRICE_AMOUNT>0</PRICE_AMOUNT></PRODUCT_PRICE>'
    "</PRODUCT_PRICE_DETAILS>"
)


def _extensions(row: ExportRow) -> str:
    """Discount group and metals, as ETIM's guideline names them."""
    parts = []
    if row.discount_group:
        group = _element("UDX.EDXF.DISCOUNT_GROUP_SUPPLIER", row.discount_group)
        parts.append(f"<UDX.EDXF.DISCOUNT_GROUP>{group}</UDX.EDXF.DISCOUNT_GROUP>")
    if row.metals:
        listed = "".join(
            f"<UDX.EDXF.SURCHARGE><UDX.EDXF.SURCHARGE_TYPE>{METALS.get(each.metal, each.metal.lower())}"
            "</UDX.EDXF.SURCHARGE_TYPE>"
            f"<UDX.EDXF.MATERIAL_BASIS>{number_text(each.base)}</UDX.EDXF.MATERIAL_BASIS>"
            f"<UDX.EDXF.MATERIAL_BASIS_WEIGHT>{number_text(each.weight / each.per)}"
            "</UDX.EDXF.MATERIAL_BASIS_WEIGHT></UDX.EDXF.SURCHARGE>"
            for each in row.metals
        )
        parts.append(f"<UDX.EDXF.SURCHARGE_LIST>{listed}</UDX.EDXF.SURCHARGE_LIST>")
    return f"<USER_DEFINED_EXTENSIONS>{''.join(parts)}</USER_DEFINED_EXTENSIONS>" if parts else ""


def _successor(row: ExportRow) -> str:
    if not row.successor:
        return ""
    return (
        f'<PRODUCT_REFERENCE type="followup"><PROD_ID_TO>{_text(row.successor, LONGEST_ID)}</PROD_ID_TO>'
        "</PRODUCT_REFERENCE>"
    )


def _element(tag: str, text: str, longest: int | None = None) -> str:
    return f"<{tag}>{_text(text, longest)}</{tag}>"


def _text(text: str, longest: int | None = None) -> str:
    return xml_text(text[:longest])
