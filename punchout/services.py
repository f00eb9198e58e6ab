"""The life of a punch-out session: start, redeem, return, leave. Keyword-only, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.models import Product
from catalog.prepared_objects import PreparedObject
from catalog.quantities import LARGEST
from punchout import ordering, positions, preflight, wire
from punchout.adapters import get_adapter
from punchout.documents import RequestedItem, ReturnForm, ReturnLine, SetupRequest, kept_lines
from punchout.errors import Conflict, MessageInvalid
from punchout.findings import Finding
from punchout.freezing import CartNotReturnable, freeze_lines
from punchout.handed_over import body_of, form_of, head_of
from punchout.models import PunchoutSession, ReturnedCart, WireMessage
from punchout.rows import insert_row, update_row
from punchout.secrets import new_public_id, new_token, token_digest
from punchout.shoppers import LONGEST_CODE, read_visit
from punchout.surcharges import is_surcharge
from shop.carts import PricedCart, copy_lines, price_cart
from shop.models import Cart, CartLine, line_token

log = structlog.get_logger(__name__)

__all__ = [
    "START_TOKEN_LIFE", "CartNotReturnable", "StartedSession", "freeze_lines", "leave", "redeem_start_token",
    "reissue_start_token", "return_cart", "start_session", "switch_to_path",
]  # fmt: skip
START_TOKEN_LIFE = timedelta(minutes=5)
LARGEST_TOTAL = Decimal("99999999999999.99")  # what the column of a returned cart holds
MOST_ITEMS = 2000  # lines of a cart that come back for editing
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A session and the one-time token that opens it; the token is not stored."""

    session: PunchoutSession
    start_token: str


@transaction.atomic(savepoint=False)
def start_session(*, setup: SetupRequest, message: WireMessage) -> StartedSession:
    """Makes the session, its own fresh cart and a start token that is valid for ``START_TOKEN_LIFE``."""
    connection = setup.connection
    organisation = connection.organisation
    visit = read_visit(setup)
    language = next(
        code
        for code in (setup.language[:2].lower(), visit.language, organisation.language, "en")
        if code in LANGUAGES
    )
    cart = Cart(organisation=organisation)
    insert_row(cart)
    echo = dict(setup.echo)
    if setup.items:
        joined = _fill(cart, setup.items, message.notes)
        if joined:
            echo[positions.KEPT] = joined
    token = new_token()
    session = PunchoutSession(
        key=new_public_id(),
        connection=connection,
        organisation=organisation,
        person_id=visit.person,
        cart=cart,
        operation=setup.operation,
        language=language,
        return_url=setup.return_url,
        echo=echo,
        begins_with=setup.continues,
        landing="/cart" if setup.landing == "/" and (setup.items or setup.continues) else setup.landing,
        delivery_site_id=visit.site,
        delivery_address=setup.delivery_address[:255],
        start_digest=token_digest(token),
        start_expires_at=timezone.now() + START_TOKEN_LIFE,
    )
    insert_row(session)
    message.session = session
    message.connection = connection
    message.notes.extend(setup.notes)
    if setup.delivery_code and visit.site is None:
        code = setup.delivery_code[:LONGEST_CODE]
        message.notes.append(f"The delivery address {code} is none of the customer's delivery sites.")
    return StartedSession(session, token)


def _fill(cart: Cart, items: tuple[RequestedItem, ...], notes: list[str]) -> dict[str, list[list[str]]]:
    """Rebuilds a cart from the lines the buyer's system sent; unknown articles are kept and shown.

    Our own lines for surcharges are not: they are calculated anew from their articles. Gives the lines that
    stand for several (``punchout.positions``).
    """
    if len(items) > MOST_ITEMS:
        raise MessageInvalid(f"A cart of more than {MOST_ITEMS} lines cannot be edited.")
    organisation = cart.organisation
    products = {
        product.sku.casefold(): product
        for product in Product.objects.visible_to(organisation).filter(sku__in={item.sku for item in items})
    }
    lines: dict[object, CartLine] = {}
    parts: dict[str, list[list[str]]] = {}
    surcharges, joined = 0, 0
    for position, item in enumerate(items, start=1):
        product = products.get(item.sku.casefold())
        if product is None and is_surcharge(item.sku):
            surcharges += 1
            continue
        token = item.token[:255] or line_token()
        same = lines.get(product.pk) if product else None
        if product is not None and same is not None:
            joined += 1
            own = parts.setdefault(product.sku, [[same.token, str(same.quantity)]])
            own.append([token, str(item.quantity)])
            same.quantity += item.quantity
            if same.quantity > LARGEST:
                raise MessageInvalid(f"{item.sku[:60]}: the quantity is too large.")
            continue
        lines[product.pk if product else f"unknown {position}"] = CartLine(
            cart=cart,
            product=product,
            sku=item.sku[:255],
            description=item.description[:255],
            quantity=item.quantity,
            token=token,
            position=position,
        )
    CartLine.objects.bulk_create(lines.values())
    if surcharges:
        notes.append(f"{surcharges} lines for surcharges are calculated anew.")
    if joined:
        notes.append(f"{joined} lines have an article of a line above; they are one line in the shop.")
    return parts


def redeem_start_token(*, token: str) -> tuple[PunchoutSession, str, str] | None:
    """Opens the session of a start token: (session, cookie secret, handover token), or ``None``.

    Exactly one caller gets it, however many try: one conditional UPDATE decides. Used, expired and unknown
    tokens are not told apart. What the visit goes on with is in its cart then.
    """
    now = timezone.now()
    secret, handover = new_token(), new_token()
    session = (
        PunchoutSession.objects.select_related("connection", "organisation")
        .filter(start_digest=token_digest(token))
        .first()
    )
    if session is None or not (session.connection.active and session.organisation.active):
        return None
    # Own columns only: with a join the condition would become a subquery, and PostgreSQL does not look at
    # that again after it waited for the row, so two would win.
    with transaction.atomic():
        opened = PunchoutSession.objects.filter(
            pk=session.pk,
            start_digest=session.start_digest,
            state=PunchoutSession.State.LAUNCHED,
            started_at__isnull=True,
            start_expires_at__gt=now,
        ).update(
            state=PunchoutSession.State.ACTIVE,
            started_at=now,
            seen_at=now,
            cookie_digest=token_digest(secret),
            handover_digest=token_digest(handover),
        )
        if opened != 1:
            return None
        session.refresh_from_db()
        _go_on(session)
    return session, secret, handover


def _go_on(session: PunchoutSession) -> None:
    """Copies the cart that an entered visit begins with; whoever entered it holds the lock of its row."""
    if session.begins_with is None:
        return
    copy_lines(source=session.begins_with.cart_id, into=session.cart_id)
    PunchoutSession.objects.filter(pk=session.pk).update(begins_with=None)
    session.begins_with = None


def reissue_start_token(*, session: PunchoutSession) -> str:
    """A new start token for a session whose browser could not keep it (the way into a new window)."""
    token = new_token()
    PunchoutSession.objects.filter(pk=session.pk, state=PunchoutSession.State.ACTIVE).update(
        state=PunchoutSession.State.LAUNCHED,
        started_at=None,
        start_digest=token_digest(token),
        start_expires_at=timezone.now() + START_TOKEN_LIFE,
        embedding=PunchoutSession.Embedding.WINDOW,
        cookie_digest="",
        handover_digest="",
    )
    return token


def switch_to_path(*, session: PunchoutSession, handover: str) -> str | None:
    """Carries the session in the address from now on: the secret of the path, or ``None`` if already used."""
    secret = new_token()
    moved = PunchoutSession.objects.filter(
        Q(handover_digest=token_digest(handover)) & ~Q(handover_digest=""),
        pk=session.pk,
        state=PunchoutSession.State.ACTIVE,
    ).update(
        handover_digest="",
        cookie_digest="",
        path_digest=token_digest(secret),
        embedding=PunchoutSession.Embedding.PATH,
    )
    return secret if moved == 1 else None


def return_cart(*, session: PunchoutSession, base_url: str, order: bool = False) -> ReturnForm | None:
    """Freezes the cart, ends the session and gives the form to post; a second call gives the same form.

    With ``order`` it is also ordered here, exactly once, and the form says so. ``None``: there is nothing to
    post, the cart is kept until the buyer's system fetches it (``Adapter.cart_is_fetched``). Raises
    ``CartNotReturnable`` or ``Conflict`` (no return address, session over without a cart or without an
    order, orders not taken here).
    """
    with transaction.atomic():
        session = _locked(session)
        adapter = get_adapter(session.connection.adapter)
        if adapter.cart_is_fetched and session.state == PunchoutSession.State.RETURNED:
            return None
        done = _handed_over(session, PunchoutSession.State.RETURNED, ordered=order)
        if done is not None:
            return done
        if not session.return_url and not adapter.cart_is_fetched:
            raise Conflict(_("The buyer's system gave no address to return to."))
        if session.operation == PunchoutSession.Operation.INSPECT:
            raise Conflict(_("This cart was opened to look at it; it cannot be returned."))
        taker = ordering.taker_for(session) if order else None
        if order and taker is None:
            raise Conflict(_("Nothing was ordered: this shop takes no orders over this connection."))
        with translation.override(session.language):
            found = preflight.inspect(price_cart(session.cart, session.organisation), session, base_url)
            priced = found.cart
            if not priced.returnable:
                raise CartNotReturnable
            if priced.total.amount > LARGEST_TOTAL:
                raise Conflict(_("The total of this cart is larger than a document can hold."))
        lines = found.mapped.onto(session)
        session.order_number = taker.next_number() if taker else ""
        form = adapter.return_form(session, lines)
        returned = _end(
            session, form, PunchoutSession.State.RETURNED, ReturnedCart.Outcome.CART, priced, found.lines,
            found.findings,
        )  # fmt: skip
        if taker:
            taker.take(
                number=session.order_number,
                session=session,
                returned=returned,
                details=adapter.order_details(session),
            )
    return form


def leave(*, session: PunchoutSession) -> ReturnForm | None:
    """Ends the session without a cart; the form tells the buyer's system so, ``None``: nothing to tell.

    In an edit session this keeps what the buyer's system has (cXML Status 204).
    """
    with transaction.atomic():
        session = _locked(session)
        done = _handed_over(session, PunchoutSession.State.CANCELLED)
        if done is not None:
            return done
        form = get_adapter(session.connection.adapter).leave_form(session) if session.return_url else None
        if form is not None and not preflight.may_go_to(form.action, session.connection):
            form = None  # the list has changed since the launch: nothing is told to whoever is not on it
        editing = session.operation != PunchoutSession.Operation.CREATE
        outcome = ReturnedCart.Outcome.UNCHANGED if editing else ReturnedCart.Outcome.EMPTY
        _end(session, form, PunchoutSession.State.CANCELLED, outcome, None, ())
    return form


def _kind(outcome: str, order_number: str) -> str:
    if outcome != ReturnedCart.Outcome.CART:
        return "return without cart"
    return "cart return with order" if order_number else "cart return"


def _notes(findings: tuple[Finding, ...]) -> list[str]:
    """Findings for the wire log, which is in English."""
    with translation.override("en"):
        return [str(finding) for finding in findings]


_LOCKED = PreparedObject(
    lambda pk: (
        PunchoutSession.objects.select_for_update(of=("self", "cart")).select_related("cart").filter(pk=pk)
    )
)


def _locked(session: PunchoutSession) -> PunchoutSession:
    """The session, locked with its cart: nothing is added between pricing and freezing.

    Its connection and customer are those that the request read.
    """
    locked = _LOCKED.get(session.pk)
    if locked is None:
        raise PunchoutSession.DoesNotExist
    locked.connection, locked.organisation = session.connection, session.organisation
    return locked


def _handed_over(session: PunchoutSession, how: str, *, ordered: bool = False) -> ReturnForm | None:
    """The form of a session that already ended in this way; ``Conflict`` when it ended otherwise.

    Leaving in a second tab must not send the cart of the first one again, nor the other way round; and who
    orders a cart that went without an order must not be shown one.
    """
    if session.state in PunchoutSession.OPEN:
        return None
    returned = ReturnedCart.objects.filter(session=session).select_related("message").first()
    form = form_of(returned) if returned is not None and session.state == how else None
    if form is None or returned is None or (ordered and not returned.order_number):
        raise Conflict(_("This session has ended."))
    return form


def _end(
    session: PunchoutSession,
    form: ReturnForm | None,
    state: str,
    outcome: str,
    priced: PricedCart | None,
    lines: tuple[ReturnLine, ...],
    findings: tuple[Finding, ...] = (),
) -> ReturnedCart:
    now = timezone.now()
    host = form.action.partition("?")[0][:255] if form else ""
    message, head = None, {}
    if form is not None:
        body = body_of(form)
        head = head_of(form)
        message = wire.record_outbound(
            connection=session.connection,
            session_id=session.pk,
            adapter=session.connection.adapter,
            kind=_kind(outcome, session.order_number),
            host=host,
            body=body,
            headers={"charset": form.charset, "target": form.target},
            notes=_notes(findings),
        )
    # By its key: known to its session, and so in a circle, it would be freed by a collection only.
    returned = ReturnedCart(
        session_id=session.pk,
        outcome=outcome,
        table=kept_lines(lines),
        currency=priced.currency if priced else session.organisation.currency,
        total=sum((line.total for line in lines), Decimal(0)),
        return_host=host,
        message_id=message.pk if message else None,
        form=head,
        findings=[finding.as_json() for finding in findings],
        order_number=session.order_number,
    )
    insert_row(returned)
    session.cart.frozen_at = session.ended_at = now
    session.state = state
    update_row(session.cart, "frozen_at")
    update_row(session, "state", "ended_at")
    log.info("punchout_ended", session=session.key, state=state, lines=len(lines), order=session.order_number)
    return returned
