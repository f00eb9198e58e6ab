"""What every adapter's messages must do when they are run again from the wire log."""

from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache

from punchout.models import Connection, ReturnedCart, WireMessage
from punchout.replay import ReplayImpossible, replay, replay_return
from punchout.secrets import rotate
from tests.contracts.harness import AdapterHarness, Launch
from tests.factories import CANARY_SECRET


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours."""
    ours = ("customers", "catalog", "shop", "punchout")
    models = [model for label in ours for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in models}


class ReplayContract(AdapterHarness):
    """Part of the inherited suite."""

    def stored(self, launch: Launch) -> WireMessage:
        self.send(launch)
        return WireMessage.objects.latest("id")

    def test_a_stored_launch_is_answered_as_it_was_and_leaves_no_trace(self) -> None:
        record = self.stored(self.launch(self.make_connection()))
        before = everything()
        again = replay(WireMessage.objects.get(pk=record.pk))
        assert again.verdict == WireMessage.Verdict.ACCEPTED
        assert again.same, again.differences
        assert everything() == before

    @pytest.mark.parametrize("secret", ["wrong", None])
    def test_a_launch_without_the_right_secret_is_refused_again(self, secret: str | None) -> None:
        record = self.stored(self.launch(self.make_connection(), secret=secret))
        again = replay(WireMessage.objects.get(pk=record.pk))
        assert record.credentials_refused
        assert again.verdict == WireMessage.Verdict.REFUSED
        assert again.same, again.differences

    def test_an_unknown_customer_is_refused_again(self) -> None:
        record = self.stored(self.unknown(self.make_connection()))
        try:
            again = replay(WireMessage.objects.get(pk=record.pk))
        except ReplayImpossible:  # where nobody knows what the password is called, no body is kept
            assert "not kept" in record.body
            return
        assert again.verdict == WireMessage.Verdict.REFUSED
        assert again.same, again.differences

    def test_a_launch_that_was_closed_out_says_so_again(self) -> None:
        record = self.stored(self.launch(self.make_connection(active=False)))
        again = replay(WireMessage.objects.get(pk=record.pk))
        assert not record.credentials_refused
        assert again.same, again.differences

    def test_it_goes_well_today_where_only_the_connection_was_wrong(self) -> None:
        connection = self.make_connection(active=False)
        record = self.stored(self.launch(connection))
        assert record.verdict == WireMessage.Verdict.REFUSED
        Connection.objects.filter(pk=connection.pk).update(active=True)
        before = everything()
        again = replay(WireMessage.objects.get(pk=record.pk))
        assert again.verdict == WireMessage.Verdict.ACCEPTED
        assert not again.same
        assert everything() == before

    def test_a_launch_is_run_again_after_its_secret_was_replaced(self) -> None:
        connection = self.make_connection()
        record = self.stored(self.launch(connection))
        rotate(connection)
        connection.secrets.filter(valid_until__isnull=False).delete()
        again = replay(WireMessage.objects.get(pk=record.pk))
        assert again.same, again.differences

    def test_running_it_again_is_no_attempt_at_the_secret(self) -> None:
        record = self.stored(self.launch(self.make_connection(), secret="wrong"))
        cache.clear()
        replay(WireMessage.objects.get(pk=record.pk))
        assert not [key for key in getattr(cache, "_cache", ()) if "punchout-failures" in key]

    def test_a_returned_cart_is_rendered_again_as_it_was(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        visit.put(self.product(connection), "3")
        self.returned(visit)
        before = everything()
        again = replay_return(ReturnedCart.objects.get())
        assert again.same, again.differences
        out = WireMessage.objects.filter(direction=WireMessage.Direction.OUT).latest("id")
        assert replay(out).same
        assert everything() == before

    def test_a_line_that_would_go_back_otherwise_today_is_shown(self) -> None:
        connection = self.make_connection()
        visit = self.visit(connection)
        product = self.product(connection)
        visit.put(product, "3")
        self.returned(visit)
        returned = ReturnedCart.objects.get()
        returned.lines = [{**line, "quantity": "7.000"} for line in returned.lines]
        again = replay_return(returned)
        marks = {mark for found in again.differences for mark, _text in found.lines}
        assert {"-", "+"} <= marks

    def test_no_secret_is_in_what_a_replay_shows(self) -> None:
        for secret in (CANARY_SECRET, "wrong-" + CANARY_SECRET):
            record = self.stored(self.launch(self.make_connection(), secret=secret))
            assert CANARY_SECRET not in repr(replay(WireMessage.objects.get(pk=record.pk)))
