"""Who shops and where it goes to: the person and the delivery site that a launch names, by one statement."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.prepared import rows_of
from customers.models import Organisation, Person
from punchout.documents import SetupRequest, Shopper

LONGEST_IDENTIFIER, LONGEST_NAME, LONGEST_EMAIL, LONGEST_CODE = 190, 120, 254, 60
# Nearly always somebody we know at a place we know. By hand, because every launch waits for it.
_KNOWN = """
SELECT p.id, p.name, p.language, s.id
FROM customers_organisation o
LEFT JOIN customers_person p ON p.organisation_id = o.id AND p.identifier = %s
LEFT JOIN customers_deliverysite s ON s.organisation_id = o.id AND LOWER(s.code) = LOWER(%s)
WHERE o.id = %s ORDER BY s.code LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Keys of the person and the customer's delivery site, ``None`` where the launch names none we know."""

    person: int | None = None
    language: str = ""  # the person's own
    site: int | None = None


def read_visit(setup: SetupRequest) -> Visit:
    """Who and where; a person we did not know is remembered, and a new name of one we know."""
    shopper = setup.shopper
    # Case-folded first: that can make it longer.
    identifier = shopper.identifier.strip().casefold()[:LONGEST_IDENTIFIER] if shopper.identifier else ""
    code = setup.delivery_code[:LONGEST_CODE]
    if not shopper.identifier and not code:
        return Visit()
    organisation = setup.connection.organisation
    [(person, name, language, site)] = rows_of(_KNOWN, [identifier, code, organisation.pk])
    if not code:
        site = None
    if not shopper.identifier:
        return Visit(site=site)
    if person is None:
        met = _remember(organisation, identifier, shopper)
        return Visit(met.pk, met.language, site)
    if shopper.name and name != shopper.name[:LONGEST_NAME]:
        Person.objects.filter(pk=person).update(name=shopper.name[:LONGEST_NAME])
    return Visit(person, language, site)


def _remember(organisation: Organisation, identifier: str, shopper: Shopper) -> Person:
    names = {"name": shopper.name[:LONGEST_NAME], "email": shopper.email[:LONGEST_EMAIL]}
    return Person.objects.get_or_create(organisation=organisation, identifier=identifier, defaults=names)[0]
