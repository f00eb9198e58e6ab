"""What a column can hold, and the words by which a heading is recognised for the first proposal."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXT, NUMBER, WHOLE, DAY = "text", "number", "whole", "day"
# Pairs of a quantity and a price from which it holds: price, price_2 … price_5.
BREAKS = range(2, 6)
ATTRIBUTE = "attribute:"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str | Promise
    group: str | Promise
    kind: str = TEXT


def folded(heading: str) -> str:
    """A heading without case, blanks and signs: ``Art.-Nr.`` is ``artnr``."""
    return re.sub(r"[\W_]+", "", heading.casefold())


_ARTICLE, _PRICE, _STOCK = _("Article"), _("Price"), _("Stock")
FIELDS = (
    Field("sku", _("article number"), _ARTICLE),
    Field("gtin", _("GTIN"), _ARTICLE),
    Field("brand", _("brand"), _ARTICLE),
    Field("manufacturer_part_number", _("manufacturer part number"), _ARTICLE),
    Field("name_en", _("name (en)"), _ARTICLE),
    Field("name_nl", _("name (nl)"), _ARTICLE),
    Field("name_fr", _("name (fr)"), _ARTICLE),
    Field("name_de", _("name (de)"), _ARTICLE),
    Field("description_en", _("description (en)"), _ARTICLE),
    Field("description_nl", _("description (nl)"), _ARTICLE),
    Field("description_fr", _("description (fr)"), _ARTICLE),
    Field("description_de", _("description (de)"), _ARTICLE),
    Field("category", _("category"), _ARTICLE),
    Field("status", _("status"), _ARTICLE),
    Field("order_unit", _("order unit"), _ARTICLE),
    Field("content_quantity", _("content"), _ARTICLE, NUMBER),
    Field("content_unit", _("content unit"), _ARTICLE),
    Field("minimum_quantity", _("minimum quantity"), _ARTICLE, NUMBER),
    Field("quantity_step", _("sold in multiples of"), _ARTICLE, NUMBER),
    Field("lead_time_days", _("lead time in days"), _ARTICLE, WHOLE),
    Field("discount_group", _("discount group"), _ARTICLE),
    Field("unspsc", _("UNSPSC"), _ARTICLE),
    Field("etim_class", _("ETIM class"), _ARTICLE),
    Field("eclass", _("eCl@ss"), _ARTICLE),
    Field("successor", _("replaced by"), _ARTICLE),
    Field("customer_number", _("the customer's number"), _ARTICLE),
    Field("picture", _("picture"), _ARTICLE),
    Field("document", _("document"), _ARTICLE),
    Field("deleted", _("deleted"), _ARTICLE),
    Field("copper_weight", _("copper, kg in the price unit"), _ARTICLE, NUMBER),
    Field("copper_base", _("copper, base per 100 kg"), _ARTICLE, NUMBER),
    Field("recupel", "Recupel", _ARTICLE, NUMBER),
    Field("bebat", "Bebat", _ARTICLE, NUMBER),
    Field("auvibel", "Auvibel", _ARTICLE, NUMBER),
    Field("price", _("list price"), _PRICE, NUMBER),
    Field("net_price", _("net price"), _PRICE, NUMBER),
    Field("price_unit", _("price unit"), _PRICE, WHOLE),
    Field("currency", _("currency"), _PRICE),
    Field("customer", _("customer number"), _PRICE),
    Field("from_quantity", _("from quantity"), _PRICE, NUMBER),
    *(
        Field(f"{name}_{n}", label, _PRICE, NUMBER)
        for n in BREAKS
        for name, label in (("from_quantity", _("from quantity")), ("net_price", _("net price")))
    ),
    Field("valid_from", _("valid from"), _PRICE, DAY),
    Field("valid_until", _("valid until"), _PRICE, DAY),
    Field("stock", _("stock"), _STOCK, NUMBER),
    Field("site", _("stock site"), _STOCK),
    Field("next_date", _("next delivery on"), _STOCK, DAY),
    Field("next_quantity", _("next delivery quantity"), _STOCK, NUMBER),
)
BY_NAME = {field.name: field for field in FIELDS}

# Headings as suppliers write them, by the field that they mean.
_WORDS = """
sku = sku, article number, article no, art no, artikelnummer, artikelnr, artnr, art nr, artikel
sku = article, item, item number, référence, reference, ref, code article, numéro d'article
sku = supplier_aid, supplier_pid, artikelcode, bestellnummer
gtin = gtin, ean, ean code, eancode, barcode, ean13, international_pid, code barre
brand = brand, merk, marque, marke, hersteller, fabricant, fabrikant, manufacturer, manufacturer_name
brand = maker
manufacturer_part_number = manufacturer part number, mpn, type, typenummer, herstellernummer
manufacturer_part_number = manufacturer_aid, manufacturer_pid, référence fabricant, fabrikantcode
manufacturer_part_number = maker no, refciale
name_en = name, description, short text, description_short, name en, description en
name_nl = omschrijving, naam, name nl, omschrijving nl, benaming
name_fr = désignation, libellé, nom, name fr, description fr, désignation fr, libelle80
name_de = bezeichnung, kurztext, name de, artikelbezeichnung, beschreibung
description_en = long text, description_long, long description
description_nl = lange omschrijving, uitgebreide omschrijving
description_fr = description longue, texte long
description_de = langtext, lange beschreibung
category = category, categorie, catégorie, kategorie, warengruppe, famille, groep
status = status, statut, sta
order_unit = unit, order unit, order_unit, eenheid, besteleenheid, unité, einheid, einheit
order_unit = mengeneinheit, me, ub
content_quantity = content, inhoud, contenu, inhalt, no_cu_per_ou
content_unit = content unit, content_unit, inhoudseenheid
minimum_quantity = minimum quantity, minimum, min, quantity_min, minimum hoeveelheid, quantité
minimum_quantity = minimale, mindestmenge, qmv
quantity_step = multiple, step, quantity_interval, veelvoud, multiples, verpakkingseenheid, mul, ve
lead_time_days = lead time, levertijd, délai, lieferzeit, delai
discount_group = discount group, kortingsgroep, groupe de remise, rabattgruppe, fam1, discount_group
unspsc = unspsc
etim_class = etim, etim class, etim klasse, etim_class
eclass = eclass, ecl@ss
successor = successor, opvolger, remplacé par, nachfolger, vervangen door
customer_number = customer article, buyer_aid, matnr, klantartikel
picture = picture, image, foto, afbeelding, bild, image url, photo
document = document, datasheet, datenblatt, fiche technique, technische fiche
deleted = deleted, delete, verwijderd, supprimé, gelöscht
copper_weight = copper weight, kopergewicht, cu, poids cuivre, kupferzahl
copper_base = copper base, koperbasis, base cuivre, kupferbasis
recupel = recupel
bebat = bebat
auvibel = auvibel
price = list price, price, brutoprijs, bruto, prix, prix brut, preis, listenpreis, bruttopreis
price = catalogusprijs, tarif, tarief, prijs
net_price = net price, nettoprijs, netto, prix net, nettopreis, net_customer
price_unit = price unit, price quantity, price_quantity, prijseenheid, prijs per, unité de prix
price_unit = preiseinheit, pe, qt, per
currency = currency, munt, valuta, devise, währung, price_currency
customer = customer, customer number, klant, klantnummer, client, kunde, kundennummer
from_quantity = from quantity, vanaf, à partir de, ab menge, lower_bound, staffel
valid_from = valid from, geldig vanaf, valable à partir du, gültig ab, datetarif
valid_until = valid until, valid to, geldig tot, valable jusqu'au, gültig bis
stock = stock, voorraad, bestand, lagerbestand, quantity, aantal, en stock, qty
site = site, depot, magazijn, dépôt, lager, warehouse, magasin
next_date = next date, next delivery, volgende levering, prochaine livraison, nächste lieferung
next_quantity = next quantity, in bestelling, en commande, bestellt
"""
_BY_WORD = {
    folded(word): name
    for name, _equals, words in (line.partition(" = ") for line in reversed(_WORDS.strip().split("\n")))
    for word in words.split(", ")
}


def label_of(name: str) -> str:
    """The label of a field, with the number of its pair."""
    field = BY_NAME.get(name)
    if field is None:
        return name
    number = name.rpartition("_")[2]
    return f"{field.label} {number}" if number.isdigit() else str(field.label)


def is_field(name: str) -> bool:
    return name in BY_NAME or (name.startswith(ATTRIBUTE) and len(name) > len(ATTRIBUTE))


def propose(headings: list[str]) -> dict[str, str]:
    """By heading the field that it names, each field once; for an operator to confirm."""
    found: dict[str, str] = {}
    for heading in headings:
        name = _BY_WORD.get(folded(heading))
        if name and name not in found.values():
            found[heading] = name
    return found
