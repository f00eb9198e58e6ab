"""The floor of a launch: a bare view behind the same middleware that makes the same inserts and no more."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from punchout.models import Connection, PunchoutSession, SeenMessage, WireMessage
from punchout.secrets import new_public_id, new_token, token_digest
from shop import urls
from shop.models import Cart, CartLine

from django.urls import clear_url_caches, path  # isort: skip


@csrf_exempt
def bare(request: HttpRequest, also: str) -> HttpResponse:
    connection_id, organisation_id = CONNECTION
    message = WireMessage.objects.create(
        direction="in", adapter="bench", method="POST", path=request.path, headers={"Host": "localhost"},
        body=request.body.decode(), body_sha256="0" * 64,
    )  # fmt: skip
    with transaction.atomic():
        if also == "open order":
            _end_the_open_order(connection_id)
        cart = Cart.objects.create(organisation_id=organisation_id)
        session = PunchoutSession.objects.create(
            key=new_public_id(), connection_id=connection_id, organisation_id=organisation_id, cart=cart,
            language="en", echo={"cookie": "x"}, start_digest=token_digest(new_token()),
            start_expires_at=timezone.now(),
        )  # fmt: skip
        if also == "seen":
            SeenMessage.objects.create(
                connection_id=connection_id, payload_id=new_token(), body_sha256="0" * 64, session=session,
                answer="x" * 900,
            )  # fmt: skip
    message.session = session
    message.verdict = "accepted"
    message.answer_body = "x" * 600
    message.save()
    return HttpResponse(b"ok")


def _end_the_open_order(connection_id: int) -> None:
    """What is read and written to go on with an earlier cart: the visit, its lines, and that it is over."""
    newest = PunchoutSession.objects.select_for_update().filter(connection_id=connection_id).latest("pk")
    list(CartLine.objects.filter(cart=newest.cart_id))
    PunchoutSession.objects.filter(pk=newest.pk, state__in=PunchoutSession.OPEN).update(
        state=PunchoutSession.State.EXPIRED, ended_at=timezone.now()
    )


CONNECTION = (0, 0)
urls.urlpatterns.insert(0, path("bench-floor/<str:also>", bare))
clear_url_caches()


def launch(client: Client, body: bytes, *, also: str) -> None:
    """One request to the bare view, with a body of the same size."""
    global CONNECTION
    if not CONNECTION[0]:
        connection = Connection.objects.get(slug="demo-ariba")
        CONNECTION = (connection.pk, connection.organisation_id)
    response = client.post(f"/bench-floor/{also or 'nothing'}", body, content_type="text/plain")
    if response.status_code != 200:
        raise SystemExit(f"the floor failed: {response.status_code}")
