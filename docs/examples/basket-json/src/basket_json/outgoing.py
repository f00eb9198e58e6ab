"""The fields of a basket's line that a connection's mapping can fill."""

from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField

# Basket JSON lets a buyer ask for fields of his own, whose names begin with "x-".
OWN = "x-"
FIELDS = FieldTable(
    (
        OutgoingField("sku", "our article number", kind="code", value="line.sku", required=True),
        OutgoingField("name", "name", value="line.name", required=True),
        OutgoingField("description", "description", value="line.description"),
        OutgoingField("brand", "brand", value="line.brand"),
        OutgoingField("unspsc", "UNSPSC", length=8, kind="code", value="line.unspsc"),
        OutgoingField("agreement", "agreement", value="line.agreement"),
    ),
    (FreeFields(r"x-[a-z][a-zA-Z]{0,39}", "field of the buyer's own", example="x-costCentre"),),
)
