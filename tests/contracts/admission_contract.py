"""Whom every adapter must let in, where it must let carts go, and that a start address works once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from punchout.models import Connection, PendingOrigin, PunchoutSession, ReturnedCart, Secret, WireMessage
from punchout.pending_origins import allow
from punchout.secrets import rotate
from tests.contracts.harness import (
    RETURN_ORIGINS,
    AdapterHarness,
    hostile_return_urls,
)
from tests.factories import (
    CANARY_SECRET,
)


class AdmissionContract(AdapterHarness):
    """Part of the inherited suite."""

    # -- who may come in -------------------------------------------------------------------------------------

    def test_the_right_secret_opens_a_session_of_that_customer(self) -> None:
        connection = self.make_connection()
        response = self.send(self.launch(connection))
        assert self.start_url_of(response)
        session = PunchoutSession.objects.get()
        assert session.connection == connection
        assert session.organisation == connection.organisation
        assert session.state == PunchoutSession.State.LAUNCHED
        record = WireMessage.objects.get()
        assert record.verdict == WireMessage.Verdict.ACCEPTED
        assert (record.session, record.connection) == (session, connection)
        assert record.kind
        assert record.duration_ms > 0

    def test_the_secret_that_was_used_is_remembered(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection))
        assert Secret.objects.get(connection=connection).last_used_at is not None

    def test_a_launch_asks_the_database_no_more_than_it_must(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection))  # the use of the secret is remembered once a minute
        rotate(connection)
        again = self.launch(connection)
        with CaptureQueriesContext(database) as asked:
            assert self.start_url_of(self.send(again))
        statements = [query["sql"].lstrip() for query in asked.captured_queries]
        reads = [statement for statement in statements if statement.startswith(("SELECT", "WITH"))]
        assert len(reads) <= self.most_reads, "\n".join(reads)

    @pytest.mark.parametrize("secret", ["wrong", CANARY_SECRET + "x", CANARY_SECRET.upper(), " ", "", None])
    def test_a_wrong_blank_or_missing_secret_is_refused(self, secret: str | None) -> None:
        connection = self.make_connection()
        self.assert_refused(self.send(self.launch(connection, secret=secret)), "credentials")

    def test_every_refused_secret_is_answered_alike(self) -> None:
        connection = self.make_connection()
        secrets = ("wrong", "x" * 500, "", None)
        bodies = {self.comparable(self.send(self.launch(connection, secret=secret))) for secret in secrets}
        bodies.add(self.comparable(self.send(self.unknown(connection))))
        assert len(bodies) == 1

    def test_an_unknown_customer_is_refused(self) -> None:
        self.assert_refused(self.send(self.unknown(self.make_connection())), "credentials")

    def test_the_secret_of_another_customer_is_refused(self) -> None:
        ours, other = self.make_connection(), self.make_connection()
        others_secret = rotate(other)
        self.assert_refused(self.send(self.launch(ours, secret=others_secret)), "credentials")
        assert self.start_url_of(self.send(self.launch(other, secret=others_secret)))

    def test_after_a_rotation_both_secrets_work_until_the_old_one_ends(self) -> None:
        connection = self.make_connection()
        new = rotate(connection)
        for secret in (CANARY_SECRET, new):
            assert self.start_url_of(self.send(self.launch(connection, secret=secret)))
        connection.secrets.filter(valid_until__isnull=False).update(
            valid_until=timezone.now() - timedelta(seconds=1)
        )
        assert self.is_refusal(self.send(self.launch(connection)), "credentials")
        assert self.start_url_of(self.send(self.launch(connection, secret=new)))

    def test_from_outside_its_networks_a_connection_answers_as_if_the_secret_were_wrong(self) -> None:
        ours = self.make_connection(client_networks="192.0.2.0/24\n2001:db8::/32")
        wrong = self.comparable(self.send(self.launch(ours, secret="wrong")))
        right = self.send(self.launch(ours))
        self.assert_refused(right, "credentials")
        assert self.comparable(right) == wrong
        assert "127.0.0.1 is in none of the connection's networks" in WireMessage.objects.latest("pk").error
        Connection.objects.update(client_networks="192.0.2.0/24\n127.0.0.0/8")
        assert self.start_url_of(self.send(self.launch(ours)))

    def test_without_its_client_certificate_a_connection_answers_as_if_the_secret_were_wrong(self) -> None:
        ours = self.make_connection(client_certificates="AB" * 32)
        wrong = self.comparable(self.send(self.launch(ours, secret="wrong")))
        right = self.send(self.launch(ours))
        self.assert_refused(right, "credentials")
        assert self.comparable(right) == wrong
        assert "client certificate" in WireMessage.objects.latest("pk").error

    def test_a_connection_that_is_switched_off_is_refused(self) -> None:
        connection = self.make_connection(active=False)
        self.assert_refused(self.send(self.launch(connection)), "inactive")

    def test_a_customer_that_is_switched_off_is_refused(self) -> None:
        connection = self.make_connection(organisation__active=False)
        self.assert_refused(self.send(self.launch(connection)), "inactive")

    def test_the_secret_is_in_no_log_and_in_no_answer(self, written_logs: StringIO) -> None:
        connection = self.make_connection()
        accepted = self.send(self.launch(connection))
        refused = self.send(self.launch(connection, return_url="https://evil.example/"))
        almost = self.send(self.launch(connection, secret=CANARY_SECRET + "-almost"))
        stranger = self.send(self.unknown(connection))
        self.send(self.launch(connection, padding=3_000_000))
        for response in (accepted, refused, almost, stranger):
            assert CANARY_SECRET.encode() not in response.serialize()
        for record in WireMessage.objects.all():
            stored = (
                record.path,
                record.headers,
                record.body,
                record.error,
                record.notes,
                record.answer_body,
            )
            assert CANARY_SECRET not in repr((*stored, record.answer_headers))
        assert written_logs.getvalue()
        assert [line for line in written_logs.getvalue().splitlines() if CANARY_SECRET in line] == []

    def test_the_start_token_is_not_in_the_wire_log(self) -> None:
        response = self.send(self.launch(self.make_connection()))
        token = self.start_url_of(response).rstrip("/").rpartition("/")[2]
        record = WireMessage.objects.get()
        assert token not in repr((record.answer_body, record.answer_headers, record.body))

    # -- where the cart may go -------------------------------------------------------------------------------

    @pytest.mark.parametrize("url", hostile_return_urls())
    def test_a_hostile_return_address_is_refused_and_nothing_is_made(self, url: str) -> None:
        connection = self.make_connection()
        self.assert_refused(self.send(self.launch(connection, return_url=url)), "parameters")

    def test_an_unlisted_origin_is_remembered_for_a_test_connection_and_still_refused(self) -> None:
        connection = self.make_connection(test=True)
        url = "https://new.buyer.example:8443/return?session=1"
        for _again in range(2):
            self.assert_refused(self.send(self.launch(connection, return_url=url)), "parameters")
        pending = PendingOrigin.objects.get()
        assert (pending.connection, pending.origin) == (connection, "https://new.buyer.example:8443")
        assert pending.message == WireMessage.objects.earliest("pk")
        self.send(self.launch(connection, secret="wrong", return_url="https://guess.example/"))
        assert PendingOrigin.objects.count() == 1
        allow(pending=pending)
        assert not PendingOrigin.objects.exists()
        assert self.start_url_of(self.send(self.launch(connection, return_url=url)))

    def test_a_connection_in_use_remembers_no_unlisted_origin(self) -> None:
        connection = self.make_connection()
        self.send(self.launch(connection, return_url="https://new.buyer.example/return"))
        assert not PendingOrigin.objects.exists()

    def test_an_address_that_left_the_list_stops_a_launch_and_the_cart_of_a_running_session(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection))
        Connection.objects.filter(pk=connection.pk).update(return_origins="https://other.example")
        assert self.is_refusal(self.send(self.launch(connection)), "parameters")
        assert visit.return_cart().status_code == 303
        assert "https://buyer.example" in visit.client.get(f"{visit.prefix}/cart").content.decode()
        assert not ReturnedCart.objects.exists()
        Connection.objects.filter(pk=connection.pk).update(return_origins=RETURN_ORIGINS)
        assert self.returned(visit).action.startswith("https://buyer.example/procurement/return")

    # -- the start address -----------------------------------------------------------------------------------

    def test_looking_at_the_start_page_does_not_use_it_up(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        client = Client()
        for method in (client.get, client.head, client.get):
            assert method(start).status_code == 200
        assert PunchoutSession.objects.get().state == PunchoutSession.State.LAUNCHED
        self.enter(start, client)

    def test_a_used_start_address_is_refused(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        self.enter(start, Client())
        again = Client().post(start)
        assert again.status_code == 410
        assert not again.cookies

    def test_an_expired_start_address_is_refused(self) -> None:
        start = self.start_url_of(self.send(self.launch(self.make_connection())))
        PunchoutSession.objects.update(start_expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().post(start).status_code == 410
        assert PunchoutSession.objects.get().state == PunchoutSession.State.LAUNCHED

    def test_a_connection_switched_off_meanwhile_is_not_entered(self) -> None:
        connection = self.make_connection()
        start = self.start_url_of(self.send(self.launch(connection)))
        Connection.objects.update(active=False)
        assert Client().post(start).status_code == 410
