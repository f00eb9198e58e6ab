"""The demo's customers, from ``fixtures/demo/customers.json``: loading them again changes nothing."""

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from customers.models import DeliverySite, Organisation, Person, PriceList

CUSTOMERS = settings.BASE_DIR / "fixtures" / "demo" / "customers.json"


@transaction.atomic
def load() -> None:
    """Creates or corrects the demo's price lists and organisations with their delivery sites and people.

    What an operator added to them stays.
    """
    data: dict[str, Any] = json.loads(CUSTOMERS.read_text("utf-8"))
    lists = {
        row["code"]: PriceList.objects.update_or_create(code=row["code"], defaults=row)[0]
        for row in data["price_lists"]
    }
    for row in data["organisations"]:
        sites, people = row.pop("sites"), row.pop("people")
        row["price_list"] = lists[row["price_list"]]
        organisation, _ = Organisation.objects.update_or_create(number=row["number"], defaults=row)
        for site in sites:
            DeliverySite.objects.update_or_create(organisation=organisation, code=site["code"], defaults=site)
        for person in people:
            Person.objects.update_or_create(
                organisation=organisation, identifier=person["identifier"], defaults=person
            )
