"""Starts runs of the sandbox, takes in what comes back, and says what the requisition then holds.

No transaction is open while the shop is called: the shop writes to the same database.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.utils import timezone

from punchout.sandbox.build_cxml import Operation
from punchout.sandbox.counterparty import Counterparty, Launch, memory_from_json
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.raw_display import SHOWN_CHARACTERS, without_secrets
from punchout.sandbox.received import Outcome, ReceivedCart, cart_from_json
from punchout.sandbox.sites import Sites, origin_of
from punchout.sandbox.systems import SYSTEMS, System

_STATUS_BY_OUTCOME: dict[Outcome, SandboxRun.Status] = {
    "cart": SandboxRun.Status.RECEIVED,
    "emptied": SandboxRun.Status.RECEIVED,
    "inspected": SandboxRun.Status.RECEIVED,
    "cancelled": SandboxRun.Status.CANCELLED,
    "unchanged": SandboxRun.Status.CANCELLED,
    "refused": SandboxRun.Status.FAILED,
    "unreadable": SandboxRun.Status.FAILED,
}


def start_run(
    *,
    system: System,
    sites: Sites,
    framed: bool,
    language: str,
    operation: Operation = "create",
    requisition: ReceivedCart | None = None,
    selected_item: str = "",
) -> SandboxRun:
    """A stored run whose launch has been tried; for cXML the shop has already answered."""
    SandboxRun.objects.purge()
    run = SandboxRun(system=system.slug, operation=operation)
    counterparty = Counterparty(
        system,
        shop_url=sites.shop_url,
        own_url=sites.own_url,
        connect_url=sites.connect_url,
        run_id=run.public_id,
    )
    # Stored before the request goes out, so that a return can never find nobody.
    run.state = {"framed": framed, "language": language, "shop_url": sites.shop_url}
    if requisition is not None:
        run.state["requisition"] = _storable(replace(requisition, document="", extra_fields=()).as_json())
    run.save()
    launch = counterparty.launch(operation, requisition, language=language, selected_item=selected_item)
    _remember(run, counterparty, launch)
    run.save()
    return run


def _remember(run: SandboxRun, counterparty: Counterparty, launch: Launch) -> None:
    if counterparty.memory is not None:
        run.state["memory"] = counterparty.memory.as_json()
    run.state["start_url"] = launch.start_url
    if launch.form is not None:
        run.state["form"] = {
            "action": launch.form.action,
            "method": launch.form.method,
            "charset": launch.form.charset,
            "fields": [list(pair) for pair in launch.form.fields],
        }
    run.request_text = without_secrets(launch.request_raw.decode("utf-8", "replace"))
    run.response_text = _storable(launch.response_raw.decode("utf-8", "replace"))
    run.response_status = launch.response_status
    problem = launch.problem
    if problem is not None or (launch.start_url and not origin_of(launch.start_url)):
        run.status = SandboxRun.Status.FAILED
        run.problem = {
            "title": problem.title if problem else launch.start_url[:200],
            "detail": problem.detail if problem else "",
        }


def receive(
    *, run: SandboxRun, raw_body: bytes, content_type: str, query: str, headers: Mapping[str, str]
) -> ReceivedCart:
    """Reads and stores what was posted to the run's return address; a later post replaces an earlier one."""
    memory = run.state.get("memory")
    counterparty = Counterparty(
        SYSTEMS[run.system], run_id=run.public_id, memory=memory_from_json(memory) if memory else None
    )
    cart = counterparty.receive(raw_body, content_type, query)
    SandboxRun.objects.filter(pk=run.pk).update(
        status=_STATUS_BY_OUTCOME[cart.outcome],
        received_body=raw_body,
        received_content_type=content_type[:200],
        received_headers=dict(headers),
        received_times=F("received_times") + 1,
        received_at=timezone.now(),
        cart=_storable(cart.as_json()),
    )
    run.refresh_from_db()
    return cart


def received_cart(run: SandboxRun) -> ReceivedCart | None:
    """What came back to this run, as it was read then."""
    return cart_from_json(run.cart) if run.cart else None


def requisition_of(run: SandboxRun) -> ReceivedCart | None:
    """The buyer's requisition after this run: the new lines, the earlier ones, or nothing.

    cXML Reference Guide 1.2.051, p. 86: an edit that comes back empty deletes, a status 204 keeps.
    """
    cart = received_cart(run)
    earlier = run.state.get("requisition")
    if cart is not None and cart.outcome in {"cart", "emptied"}:
        return cart
    return cart_from_json(earlier) if earlier else None


def may_reopen(system: System, requisition: ReceivedCart | None, operation: Operation) -> bool:
    """Whether the system offers this operation: ``operationAllowed`` edit allows to look as well (p. 86).

    An IDS client may send any cart to the shop again, as long as it has lines.
    """
    if requisition is None or not requisition.transferred_lines:
        return False
    if system.ids is not None:
        return operation == "edit"
    if system.cxml is None:
        return False
    return requisition.operation_allowed in {"edit", operation}


def _storable(value: Any) -> Any:
    """JSON that every database takes: PostgreSQL refuses the character NUL, and long texts are shortened."""
    if isinstance(value, str):
        return value[:SHOWN_CHARACTERS].replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
