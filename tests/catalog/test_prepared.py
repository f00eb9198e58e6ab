"""Statements whose text never changes are planned once per connection, whatever happens around them."""

from collections.abc import Iterator

import pytest
from django.db import NotSupportedError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog import prepared
from customers.models import Organisation
from tests.factories import OrganisationFactory

BY_KEY = "SELECT number, name FROM customers_organisation WHERE id = %s"
plans = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL is told to keep plans")


def plans_kept(statement: str) -> int:
    statement = statement.replace("%s", "$1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [statement])
        return int(cursor.fetchone()[0])


@pytest.fixture
def customer(db: None) -> Organisation:
    return OrganisationFactory(number="4711", name="Elektro Noord")


@pytest.fixture
def connection_of_its_own() -> Iterator[None]:
    """What a test does to the connection ends with it."""
    connection.close()
    yield
    connection.close()


@pytest.fixture
def changing(transactional_db: None, connection_of_its_own: None) -> Iterator[str]:
    """A statement that is prepared, over a table of which another program has changed a column since."""
    statement = "SELECT amount FROM changing WHERE amount > %s"
    another = connection.copy()
    with another.cursor() as cursor:
        cursor.execute("CREATE TABLE changing (amount varchar(5))")
        cursor.execute("INSERT INTO changing VALUES ('three')")
        assert prepared.rows_of(statement, ["a"]) == [("three",)]
        cursor.execute("ALTER TABLE changing ALTER COLUMN amount TYPE text")
        yield statement
        cursor.execute("DROP TABLE changing")
    another.close()


def test_rows_are_those_of_the_statement(customer: Organisation) -> None:
    assert prepared.rows_of(BY_KEY, [customer.pk]) == [("4711", "Elektro Noord")]
    assert prepared.rows_of(BY_KEY, [customer.pk + 1]) == []


def test_each_use_is_counted_among_the_queries_of_a_page(customer: Organisation) -> None:
    with CaptureQueriesContext(connection) as asked:
        prepared.rows_of(BY_KEY, [customer.pk])
        prepared.rows_of(BY_KEY, [customer.pk])
    assert [query["sql"].split("=")[0] for query in asked.captured_queries] == [BY_KEY.split("=")[0]] * 2


@plans
def test_small_and_large_numbers_share_one_plan(customer: Organisation) -> None:
    for key in (1, 40_000, 3_000_000_000, customer.pk):
        prepared.rows_of(BY_KEY, [key])
    assert plans_kept(BY_KEY) == 1


@plans
@pytest.mark.django_db(transaction=True)
def test_nothing_is_prepared_where_a_pooler_forbids_it(connection_of_its_own: None) -> None:
    connection.ensure_connection()
    connection.connection.prepare_threshold = None
    assert prepared.rows_of(BY_KEY, [1]) == []
    assert plans_kept(BY_KEY) == 0


@plans
@pytest.mark.django_db(transaction=True)
def test_a_column_changed_under_a_running_worker_costs_no_request_outside_a_transaction(
    changing: str,
) -> None:
    assert prepared.rows_of(changing, ["a"]) == [("three",)]


@plans
@pytest.mark.django_db(transaction=True)
def test_a_column_changed_under_a_running_worker_costs_at_most_one_transaction(changing: str) -> None:
    with pytest.raises(NotSupportedError), transaction.atomic():
        prepared.rows_of(changing, ["a"])
    with transaction.atomic():
        assert prepared.rows_of(changing, ["a"]) == [("three",)]
