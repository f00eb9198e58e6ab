"""What the operator is told about a connection whose carts are fetched."""

import pytest

from punchout.admin.connection_checks import run_checks
from punchout.admin.sessions import obstacles
from shop.carts import price_cart
from tests.punchout.cebeoxml.client import article, make_connection, visit_with

pytestmark = pytest.mark.django_db


def test_a_connection_needs_no_return_address() -> None:
    checks = {check.label: check for check in run_checks(make_connection(return_origins=""))}
    assert checks["Where carts may go"].tone == "good"
    assert "fetches them" in checks["Where carts may go"].text


def test_a_session_without_a_return_address_has_no_obstacle() -> None:
    _browser, session, _prefix = visit_with(article(make_connection()))
    assert obstacles(session, price_cart(session.cart, session.organisation)) == []
