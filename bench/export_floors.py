"""What an export is measured against: the same columns of the same rows, by one statement, written plainly.

Each floor writes the format of its export from the rows of a cursor as they come: the same records and
elements with the same content, the same zip. No price is worked out (a net price agreed stands in for it), no
text is made safe or cut between words, no amount is rounded, no unit is raised. So it is what nobody could do
without; what an export takes beside it are prices, safety and the pages in which it reads.
"""

import csv
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.db import connection
from openpyxl import Workbook

from catalog.exports.columns import COLUMNS
from customers.models import Organisation

Rows = Iterable[tuple[Any, ...]]
ONCE = 2_000
# The columns of CSV, in its order; ``{features}`` only where a format has them.
SELECT = """
    SELECT p.sku, n.number, p.status, p.gtin, b.name, p.manufacturer_part_number, p.name_nl, p.description_nl,
           c.slug, l.amount, a.value, 'EUR', a.price_unit, p.order_unit, a.valid_until,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           p.order_unit, p.content_quantity, p.content_unit, p.minimum_quantity, p.quantity_step,
           (SELECT sum(s.quantity) FROM catalog_stock s WHERE s.product_id = p.id),
           (SELECT min(s.next_date) FROM catalog_stock s WHERE s.product_id = p.id),
           p.lead_time_days, NULL, p.etim_class, p.unspsc,
           (SELECT min(m.address) FROM catalog_productmedia m
             WHERE m.product_id = p.id AND m.kind = 'picture'),
           NULL, p.discount_group, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {features}
      FROM catalog_product p
      JOIN catalog_brand b ON b.id = p.brand_id
      JOIN catalog_category c ON c.id = p.category_id
      LEFT JOIN catalog_listprice l ON l.product_id = p.id AND l.price_list_id = %s
      LEFT JOIN catalog_agreement a ON a.product_id = p.id AND a.organisation_id = %s AND a.kind = 'net'
           AND a.minimum_quantity = 0
      LEFT JOIN catalog_customerarticle n ON n.product_id = p.id AND n.organisation_id = %s
     WHERE p.status IN ('active', 'run-out', 'discontinued')
     ORDER BY p.id
"""
FEATURES = """
    (SELECT {join}(t.name_nl || '=' || coalesce(h.name_nl, CAST(v.number AS text)) || '=' || t.unit, '|')
       FROM catalog_productattribute v JOIN catalog_attribute t ON t.id = v.attribute_id
       LEFT JOIN catalog_attributechoice h ON h.id = v.choice_id WHERE v.product_id = p.id)
"""


class Nowhere:
    """Takes what is written and counts it."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text.encode())
        return len(text)


def rows(customer: Organisation, *, features: bool = False) -> Iterator[list[tuple[Any, ...]]]:
    """All rows by one statement, some at a time; of PostgreSQL by a cursor on the server."""
    postgres = connection.vendor == "postgresql"
    inner = FEATURES.format(join="string_agg" if postgres else "group_concat") if features else "NULL"
    statement = SELECT.format(features=inner)
    parameters = [customer.price_list_id, customer.pk, customer.pk]
    with connection.chunked_cursor() if postgres else connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while found := cursor.fetchmany(ONCE):
            yield found


def to_csv(customer: Organisation) -> int:
    out, count = csv.writer(Nowhere(), delimiter=";", lineterminator="\r\n"), 0
    for found in rows(customer):
        out.writerows([row[:-1] for row in found])
        count += len(found)
    return count


def to_xlsx(customer: Organisation) -> int:
    book = Workbook(write_only=True)
    sheet, count = book.create_sheet(), 0
    sheet.append(COLUMNS)
    for found in rows(customer):
        for row in found:
            sheet.append(row[:-1])
        count += len(found)
    with tempfile.TemporaryFile() as file:
        book.save(file)
    return count


def to_dbf(customer: Organisation) -> int:
    """Records of fixed width in the order of the fields, a long text cut at 254 characters."""
    count = 0
    with tempfile.TemporaryFile() as file:
        for found in rows(customer):
            file.write("".join([_fixed(row) for row in found]).encode("cp1252", "replace"))
            count += len(found)
    return count


def _fixed(row: tuple[Any, ...]) -> str:
    r = ["" if value is None else value for value in row]
    return (
        f" {r[0]:<40}{r[1]:<40}{r[2]:<12}{r[3]:<14}{r[4]:<50}{r[5]:<50}{r[6]:<160}{r[7][:254]:<254}{r[8]:<60}"
        f"{r[9]!s:>14}{r[10]!s:>14}{r[11]:<3}{r[12]!s:>9}{r[13]:<3}{r[14]!s:<8}{r[15]:>12}{r[16]:>14}{r[17]:>12}"
        f"{r[18]:>14}{r[19]:>12}{r[20]:>14}{r[25]:<3}{r[26]!s:>12}{r[27]:<3}{r[28]!s:>12}{r[29]!s:>12}{r[30]!s:>14}"
        f"{r[31]!s:<8}{r[32]:>5}{r[33]:<40}{r[34]:<8}{r[35]:<8}{r[38]:<20}{r[39]:<12}{r[40]:>12}{r[41]:>9}"
        f"{r[42]:>12}{r[43]:>14}{r[44]:>12}{r[36]:<254}"
    )


def to_bmecat(customer: Organisation) -> int:
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as places:
        for found in rows(customer, features=True):
            "".join([_product(row) for row in found]).encode()
            places.write(
                "".join([
                    f"<PRODUCT_TO_CATALOGGROUP_MAP><PROD_ID>{row[0]}</PROD_ID><CATALOG_GROUP_ID>{row[8]}"
                    "</CATALOG_GROUP_ID></PRODUCT_TO_CATALOGGROUP_MAP>\n"
                    for row in found
                ]).encode()
            )  # fmt: skip
            count += len(found)
    return count


def _product(row: tuple[Any, ...]) -> str:
    sku, _own, _status, gtin, brand, number, name, text, _category, listed, net, currency, per = row[:13]
    unit, content, content_unit, least, step = row[25:30]
    days, etim, unspsc, image, features = row[32], row[34], row[35], row[36], row[-1]
    own = "".join([
        "<FEATURE><FNAME>{}</FNAME><FVALUE>{}</FVALUE><FUNIT>{}</FUNIT></FEATURE>".format(*each.split("="))
        for each in (features or "").split("|") if each
    ])  # fmt: skip
    prices = "".join([
        f'<PRODUCT_PRICE price_type="{kind}"><PRICE_AMOUNT>{amount}</PRICE_AMOUNT><PRICE_CURRENCY>{currency}'
        "</PRICE_CURRENCY><LOWER_BOUND>1</LOWER_BOUND></PRODUCT_PRICE>"
        for kind, amount in (("net_list", listed), ("net_customer", net))
    ])  # fmt: skip
    return (
        f'<PRODUCT mode="new"><SUPPLIER_PID>{sku}</SUPPLIER_PID><PRODUCT_DETAILS><DESCRIPTION_SHORT>{name}'
        f"</DESCRIPTION_SHORT><DESCRIPTION_LONG>{text}</DESCRIPTION_LONG>"
        f'<INTERNATIONAL_PID type="gtin">{gtin}</INTERNATIONAL_PID><MANUFACTURER_PID>{number}'
        f"</MANUFACTURER_PID><MANUFACTURER_NAME>{brand}</MANUFACTURER_NAME><DELIVERY_TIME>{days}"
        "</DELIVERY_TIME></PRODUCT_DETAILS><PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ETIM"
        f"</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>{etim}</REFERENCE_FEATURE_GROUP_ID>"
        "</PRODUCT_FEATURES><PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>UNSPSC"
        f"</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>{unspsc}</REFERENCE_FEATURE_GROUP_ID>"
        "</PRODUCT_FEATURES><PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>udf-shop-1.0"
        f"</REFERENCE_FEATURE_SYSTEM_NAME>{own}</PRODUCT_FEATURES><PRODUCT_ORDER_DETAILS><ORDER_UNIT>{unit}"
        f"</ORDER_UNIT><CONTENT_UNIT>{content_unit}</CONTENT_UNIT><NO_CU_PER_OU>{content}</NO_CU_PER_OU>"
        f"<PRICE_QUANTITY>{per}</PRICE_QUANTITY><QUANTITY_MIN>{least}</QUANTITY_MIN><QUANTITY_INTERVAL>{step}"
        f"</QUANTITY_INTERVAL></PRODUCT_ORDER_DETAILS><PRODUCT_PRICE_DETAILS>{prices}</PRODUCT_PRICE_DETAILS>"
        f"<MIME_INFO><MIME><MIME_SOURCE>{image}</MIME_SOURCE><MIME_PURPOSE>normal</MIME_PURPOSE></MIME>"
        "</MIME_INFO></PRODUCT>\n"
    )


def to_datanorm(version: int, customer: Organisation) -> int:
    """Texts of 40 characters; of them version 4 has two in a record, and three prices, version 5 one each."""
    count = 0
    records, prices_of = (_records_4, _prices_4) if version == 4 else (_records_5, _prices_5)
    with (
        tempfile.TemporaryFile() as file,
        tempfile.SpooledTemporaryFile(max_size=256 * 1024) as waiting,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        with archive.open("DATANORM.001", "w", force_zip64=True) as articles:
            for found in rows(customer):
                articles.write(
                    "".join([records(row, f"{count + n:08d}") for n, row in enumerate(found)]).encode(
                        "cp850", "replace"
                    )
                )
                waiting.write(prices_of(found).encode("cp850", "replace"))
                count += len(found)
        waiting.seek(0)
        with archive.open("DATPREIS.001", "w", force_zip64=True) as prices:
            while piece := waiting.read(256 * 1024):
                prices.write(piece)
    return count


def _prices_4(found: list[tuple[Any, ...]]) -> str:
    packed = [f"{row[0]};2;{row[10]};;;;;;;" for row in found]
    return "".join([f"P;A;{''.join(packed[start : start + 3])}\r\n" for start in range(0, len(packed), 3)])


def _prices_5(found: list[tuple[Any, ...]]) -> str:
    return "".join([f"P;{row[0]};2;{row[12]};{row[10]};;;;;;;;;\r\n" for row in found])


def _records_4(row: tuple[Any, ...], key: str) -> str:
    name, text = row[6], row[7]
    lines = [text[start : start + 40] for start in range(0, len(text), 40)]
    long = "".join([
        f"T;N;{key};;{start + 1};;{lines[start]};"
        + (f"{start + 2};;{lines[start + 1]};" if start + 1 < len(lines) else "")
        + "\r\n"
        for start in range(0, len(lines), 2)
    ])  # fmt: skip
    return (
        f"{long}A;N;{row[0]};30;{name[:40]};{name[40:80]};1;{row[12]};{row[25]};{row[9]};{row[38]};{row[8]};"
        f"{key};\r\nB;N;{row[0]}; ; ; ;0;0;0;{row[3]}; ;{row[8]};0;0; ; ;\r\n"
    )


def _records_5(row: tuple[Any, ...], key: str) -> str:
    name, text = row[6], row[7]
    long = "".join([
        f"T;N;{key};1;{number:02d};{text[start : start + 40]};\r\n"
        for number, start in enumerate(range(0, len(text), 40), 1)
    ])  # fmt: skip
    return (
        f"{long}A;N;{row[0]};{name[:40]};{name[40:80]};{row[25]};1;{row[12]};{row[9]};{row[38]};{row[8]};"
        f"{row[8]};;;;{row[4]};{row[5]};;{row[3]};;{row[28]};;3;{key};;;;;;\r\n"
    )


def to_cif(customer: Organisation) -> int:
    count = 0
    for found in rows(customer):
        "".join([
            f'"DUNS","{r[0]}","{r[5]}","{r[6]}. {r[7]}","{r[35]}","{r[10]}","{r[25]}","{r[32]}","{r[4]}",'
            f'"https://shop.example/punchout/cxml","","{r[9]}","{r[11]}","{r[6][:50]}","nl_NL","{r[14]}","",'
            f'"TRUE","product","{r[36]}"\r\n'
            for r in found
        ]).encode()  # fmt: skip
        count += len(found)
    return count


def to_index(customer: Organisation) -> int:
    count = 0
    for found in rows(customer):
        "".join([
            f"<IndexItemPunchout><ItemID><SupplierPartID>{r[0]}</SupplierPartID></ItemID>"
            f'<PunchoutDetail punchoutLevel="product"><Description xml:lang="nl"><ShortName>{r[6]}'
            f"</ShortName>{r[7]}</Description><URL>https://shop.example/punchout/cxml</URL>"
            f'<Classification domain="UNSPSC">{r[35]}</Classification>'
            f'<Classification domain="ETIM">{r[34]}</Classification><UnitPrice><Money currency="{r[11]}">'
            f"{r[10]}</Money></UnitPrice><UnitOfMeasure>{r[25]}</UnitOfMeasure><ManufacturerName>{r[4]}"
            f"</ManufacturerName><ManufacturerPartID>{r[5]}</ManufacturerPartID><LeadTime>{r[32]}</LeadTime>"
            f'<Extrinsic name="GTIN">{r[3]}</Extrinsic><Extrinsic name="Image">{r[36]}</Extrinsic>'
            "</PunchoutDetail></IndexItemPunchout>\n"
            for r in found
        ]).encode()  # fmt: skip
        count += len(found)
    return count


FLOORS: dict[str, Callable[[Organisation], int]] = {
    "csv": to_csv,
    "xlsx": to_xlsx,
    "dbf": to_dbf,
    "bmecat": to_bmecat,
    "datanorm-4": partial(to_datanorm, 4),
    "datanorm-5": partial(to_datanorm, 5),
    "cif": to_cif,
    "cxml-index": to_index,
}
