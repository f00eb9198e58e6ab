"""Starts runs of the sandbox, takes in what comes back, and says what the requisition then holds.

No transaction is open while the shop is called: the shop writes to the same database.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db.models import F
from django.utils import timezone

from punchout.sandbox.access import SECRET, entered, opened, sealed
from punchout.sandbox.counterparty import Counterparty, operations_of
from punchout.sandbox.dialects import System
from punchout.sandbox.launching import Asked, Launch, LaunchForm, Operation, memory_from_json
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.presentation import catches_form
from punchout.sandbox.raw_display import SHOWN_CHARACTERS, without_secrets
from punchout.sandbox.received import Outcome, ReceivedCart, cart_from_json
from punchout.sandbox.sites import Sites, in_one_window, origin_of
from punchout.sandbox.systems import SYSTEMS
from punchout.secrets import seal, unseal

_STATUS_BY_OUTCOME: dict[Outcome, SandboxRun.Status] = {
    "cart": SandboxRun.Status.RECEIVED,
    "emptied": SandboxRun.Status.RECEIVED,
    "inspected": SandboxRun.Status.RECEIVED,
    "cancelled": SandboxRun.Status.CANCELLED,
    "unchanged": SandboxRun.Status.CANCELLED,
    "refused": SandboxRun.Status.FAILED,
    "unreadable": SandboxRun.Status.FAILED,
    "answered": SandboxRun.Status.RECEIVED,
}


def system_of(run: SandboxRun) -> System:
    """The played system with the credentials of its run; ``KeyError`` when it is no longer played."""
    system = SYSTEMS[run.system]
    access = run.state.get("access", "")
    return entered(system, opened(access)) if access else system


def start_run(
    *, system: System, sites: Sites, framed: bool, asked: Asked, access: Mapping[str, str] | None = None
) -> SandboxRun:
    """A stored run whose launch has been tried; where no browser is needed the shop has already answered.

    ``access`` are the credentials of another connection than the demo's; they are stored sealed.
    """
    SandboxRun.objects.purge()
    if catches_form(system):
        sites = in_one_window(sites)
    run = SandboxRun(system=system.slug, operation=asked.operation)
    counterparty = Counterparty(
        entered(system, access) if access else system,
        shop_url=sites.shop_url,
        own_url=sites.own_url,
        connect_url=sites.connect_url,
        run_id=run.public_id,
    )
    # Stored before the request goes out, so that a return can never find nobody.
    run.state = {"framed": framed, "language": asked.language, "shop_url": sites.shop_url}
    if access:
        run.state["access"] = sealed(access)
    if asked.function:
        names = ("function", "product", "quantity", "search")
        run.state["call"] = {name: _storable(getattr(asked, name)) for name in names}
    if asked.cart is not None:
        run.state["requisition"] = _storable(replace(asked.cart, document="", extra_fields=()).as_json())
    run.save()
    launch = counterparty.play(asked)
    _remember(run, counterparty, launch, (access or {}).get(SECRET, ""))
    run.save()
    return run


def follow(run: SandboxRun, *, sites: Sites, asked: Asked) -> SandboxRun:
    """The next run of the same buyer: the same system, credentials, language and window."""
    return start_run(
        system=SYSTEMS[run.system],
        sites=sites,
        framed=bool(run.state.get("framed", True)),
        asked=replace(asked, language=str(run.state.get("language", "en"))),
        access=opened(run.state["access"]) if run.state.get("access") else None,
    )


def _remember(run: SandboxRun, counterparty: Counterparty, launch: Launch, secret: str) -> None:
    if counterparty.memory is not None:
        run.state["memory"] = counterparty.memory.as_json()
    run.state["start_url"] = launch.start_url
    if launch.form is not None:
        # Sealed: its fields hold the connection's secret.
        run.state["form"] = seal(json.dumps(asdict(launch.form)))
    run.request_text = without_secrets(launch.request_raw.decode("utf-8", "replace"), secret)
    run.response_text = _storable(launch.response_raw.decode("utf-8", "replace"))
    run.response_status = launch.response_status
    problem = launch.problem
    if problem is not None or (launch.start_url and not origin_of(launch.start_url)):
        run.status = SandboxRun.Status.FAILED
        run.problem = {
            "title": problem.title if problem else launch.start_url[:200],
            "detail": problem.detail if problem else "",
        }
    elif launch.found is not None:
        run.status = _STATUS_BY_OUTCOME[launch.found.outcome]
        run.cart = _storable(launch.found.as_json())
        run.received_at = timezone.now()


def form_of(run: SandboxRun) -> LaunchForm | None:
    """The form that the browser submits to launch; None where the shop has answered already."""
    kept = run.state.get("form")
    if not isinstance(kept, str):
        return None
    try:
        data = json.loads(unseal(kept))
    except (ValueError, TypeError):
        return None
    return LaunchForm(**{**data, "fields": tuple((name, value) for name, value in data["fields"])})


def leave(run: SandboxRun) -> None:
    """The buyer came to the address for those who leave without a cart (OCICANCEL)."""
    cart = ReceivedCart(outcome="cancelled")
    SandboxRun.objects.filter(pk=run.pk, cart__isnull=True).update(
        status=SandboxRun.Status.CANCELLED,
        received_times=F("received_times") + 1,
        received_at=timezone.now(),
        cart=cart.as_json(),
    )
    run.refresh_from_db()


def receive(
    *, run: SandboxRun, raw_body: bytes, content_type: str, query: str, headers: Mapping[str, str]
) -> ReceivedCart:
    """Reads and stores what was posted to the run's return address; a later post replaces an earlier one."""
    memory = run.state.get("memory")
    counterparty = Counterparty(
        system_of(run), run_id=run.public_id, memory=memory_from_json(memory) if memory else None
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

    An IDS client may send any cart to the shop again, as long as it has lines and was not ordered there.
    """
    if (
        requisition is None
        or requisition.ordered
        or not requisition.transferred_lines
        or operation not in operations_of(system)
    ):
        return False
    return system.cxml is None or requisition.operation_allowed in {"edit", operation}


def _storable(value: Any) -> Any:
    """JSON that every database takes: PostgreSQL refuses the character NUL, and long texts are shortened."""
    if isinstance(value, str):
        return value[:SHOWN_CHARACTERS].replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
