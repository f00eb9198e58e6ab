"""A return form of OCI for a line, and how a test reads it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from punchout.adapters.oci.build import return_form
from punchout.adapters.oci.options import OciOptions
from punchout.documents import ReturnForm, ReturnLine

HOOK = "http://srm.example:8000/sap(bD1lbiZjPTEwMA==)/its/?~OkCode=ADDI&sap-client=100&text=50%25+off&flag"
ITS = [["~OkCode", "ADDI"], ["~Target", "_top"], ["~CALLER", "CTLG"]]
LINE = ReturnLine(
    number=1,
    sku="1234567",
    token="t",
    quantity=Decimal("2"),
    unit="C62",
    name="Circuit breaker 1P+N 16 A curve C",
    description="For DIN rail.\nBreaking capacity 6 kA.",
    language="en",
    price=Decimal("12.40"),
    price_unit=1,
    currency="EUR",
    total=Decimal("24.80"),
    lead_time_days=2,
    brand="Hager",
    manufacturer_part_number="MCN516",
    gtin="3250612345678",
    unspsc="39121601",
    etim_class="EC000042",
    eclass="27-14-19-01",
    category="Circuit breakers",
    agreement="Q-2026-7",
    picture_url="https://shop.example/p/1.svg",
)


def form(
    lines: Iterable[ReturnLine] = (LINE,), echo: dict[str, Any] | None = None, **options: Any
) -> ReturnForm:
    kept = {
        "its": ITS,
        "version": "4.0",
        "charset": "iso-8859-1",
        "target": "_top",
        "vendor": "",
        "cancel_url": "",
    }
    return return_form(
        return_url=HOOK,
        echo={**kept, **(echo or {})},
        quote_id="Q" * 22,
        lines=tuple(lines),
        options=OciOptions(**options),
    )


def item(form: ReturnForm, index: int = 1) -> dict[str, str]:
    """The fields of one line by their bare names; LONGTEXT among them."""
    end = f"[{index}]"
    found = {name[9 : -len(end)]: value for name, value in form.fields if name.endswith(end)}
    longtext = [value for name, value in form.fields if name == f"NEW_ITEM-LONGTEXT_{index}:132[]"]
    return found | ({"LONGTEXT": longtext[0]} if longtext else {})
