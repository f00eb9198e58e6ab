"""What every page begins with is read by a compiled query, and is what the ORM would give."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.prepared_objects import PreparedObject
from customers.models import Organisation
from punchout.documents import SetupRequest
from punchout.models import PunchoutSession, WireMessage
from punchout.services import start_session
from tests.factories import ConnectionFactory, PersonFactory

pytestmark = pytest.mark.django_db

BESIDE = ("connection", "organisation__price_list", "person", "cart")
SESSIONS = PunchoutSession.objects.select_related(*BESIDE)


def started() -> PunchoutSession:
    setup = SetupRequest(connection=ConnectionFactory(options={"é": [1]}), echo={"its": [["a", "b"]]})
    return start_session(setup=setup, message=WireMessage()).session


def values_of(session: PunchoutSession) -> list[object]:
    """Every value of the session and of what was read with it, without a query."""
    beside = (session.connection, session.organisation, session.organisation.price_list, session.cart)
    return [{**found.__dict__, "_state": None} for found in (session, *beside)]


def test_it_is_what_the_orm_gives_and_one_query() -> None:
    by_key = PreparedObject(lambda key: SESSIONS.filter(key=key))
    for person in (None, PersonFactory()):
        key = started().key
        PunchoutSession.objects.filter(key=key).update(person=person)
        expected = SESSIONS.get(key=key)
        with CaptureQueriesContext(database) as queries:
            found = by_key.get(key)
            assert found is not None
            assert (found.person, values_of(found)) == (person, values_of(expected))
        assert len(queries) == 1
    assert by_key.get("unknown") is None


def test_a_query_has_no_other_parameter() -> None:
    two = PreparedObject(lambda number: Organisation.objects.filter(number=number, active=True, name="x"))
    with pytest.raises(ValueError, match="only parameter"):
        two.get("1")
