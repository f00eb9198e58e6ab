"""A cart to try a mapping on: the connection's last returned one, else two articles that have everything."""

from dataclasses import dataclass

from punchout.adapters.sets import Part, sets_in
from punchout.documents import ReturnLine
from punchout.models import Connection, PunchoutSession, ReturnedCart
from punchout.sample_lines import SAMPLE_LINES, SAMPLE_PART
from shop.models import Cart

MOST_LINES = 2  # whose results are shown


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines and the visit they belong to; ``returned`` is the cart they come from, if it is a real one."""

    session: PunchoutSession
    lines: tuple[ReturnLine, ...]
    returned: ReturnedCart | None = None


def returned_carts(connection: Connection, most: int) -> list[ReturnedCart]:
    """The connection's newest returned carts, with all that a mapping may speak of."""
    carts = ReturnedCart.objects.filter(session__connection=connection, outcome=ReturnedCart.Outcome.CART)
    wanted = ("session__connection", "session__organisation", "session__person", "session__delivery_site")
    return list(carts.select_related(*wanted).defer("form").order_by("-pk")[:most])


def sample_parts(sample: Sample) -> tuple[tuple[ReturnLine, Part], ...]:
    """Two articles of the sets in the sample, else a made-up one, each with the line of its set."""
    found = sets_in(sample.lines, sample.session.organisation)
    in_cart = [(line, part) for line in sample.lines for part in found.get(line.number, ())]
    return tuple(in_cart[:MOST_LINES]) or ((sample.lines[0], SAMPLE_PART),)


def sample_of(connection: Connection) -> Sample:
    """What the result of each row is shown on; nothing is stored."""
    for returned in returned_carts(connection, 1):
        returned.session.connection = connection
        lines = tuple(ReturnLine.from_json(line) for line in returned.lines[:MOST_LINES])
        return Sample(returned.session, lines, returned)
    return made_up(connection)


def made_up(connection: Connection) -> Sample:
    """A visit that never was, with a cart of two articles that have everything."""
    organisation = connection.organisation
    session = PunchoutSession(
        key="sample",
        connection=connection,
        organisation=organisation,
        cart=Cart(pk=4711, organisation=organisation),
        language=organisation.language,
        return_url="https://buyer.example/return",
    )
    return Sample(session, SAMPLE_LINES)
