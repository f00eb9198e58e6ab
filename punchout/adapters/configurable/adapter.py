"""A mechanism that is defined in the admin, by options alone (see README.md in this folder)."""

import json
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as OptionsInvalid

from punchout import origins, wire
from punchout.adapters.configurable import build
from punchout.adapters.configurable.launch import read_launch
from punchout.adapters.configurable.options import ConfigurableOptions
from punchout.adapters.configurable.outgoing import field_table
from punchout.adapters.configurable.parse import read_parameters, redacted
from punchout.adapters.configurable.refusal import refusal
from punchout.adapters.configurable.values import SAMPLE_FACTS, CartFacts
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.parameters import Parameters
from punchout.adapters.password import authenticate
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import Conflict, PunchoutError
from punchout.mapping.apply import apply_mapping
from punchout.mapping.sample import made_up
from punchout.models import Connection, PunchoutSession
from punchout.services import start_session
from punchout.template_language import ResultTooLarge


@lru_cache(maxsize=256)
def _options(stored: str) -> ConfigurableOptions:
    return ConfigurableOptions.model_validate_json(stored)


@lru_cache(maxsize=256)
def _fields(stored: str) -> FieldTable:
    return field_table(ConfigurableOptions.model_validate_json(stored))


@register
class ConfigurableAdapter(Adapter):
    """Launch by form, address or JSON; return as fields, as a document in a field, or as a body."""

    slug = "configurable"
    label = gettext_lazy("Configurable (form, JSON, XML or CSV)")
    Options = ConfigurableOptions

    def options(self, connection: Connection) -> ConfigurableOptions:
        """As every adapter's; kept by content, as compiling templates would slow every launch down."""
        return _options(json.dumps(connection.options or {}))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        assert isinstance(options, ConfigurableOptions)
        return _fields(options.model_dump_json())

    def handle(self, inbound: InboundMessage) -> Answer:
        """Opens a session and answers with its start page, as redirect or as JSON."""
        record = inbound.record
        record.kind = "configured launch"
        connection = inbound.connection
        options = self.options(connection) if connection else ConfigurableOptions.model_validate({})
        # Without a connection nobody knows how to read the message, and it is refused all the same.
        parameters = read_parameters(inbound, options) if connection else Parameters(())
        secret = authenticate(
            connection,
            parameters,
            username_parameter=options.username_parameter,
            password_parameter=options.password_parameter,
            username_required=True,
        )
        connection = secret.connection
        setup = read_launch(connection, parameters, options)
        started = start_session(setup=setup, message=record)
        wire.touch_secret(secret)
        start = f"{inbound.base_url}/start/{started.start_token}"
        if options.answer == "json":
            body = json.dumps({options.answer_name: start}).encode()
            hidden = json.dumps({options.answer_name: "[start address]"})
            return Answer(200, body, content_type="application/json", log_body=hidden)
        return Answer(
            303,
            headers={"Location": start, "Referrer-Policy": "no-referrer"},
            log_body="",
            frame_ancestors=origins.frame_sources(setup.connection.frame_origins),
        )

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        options = self._options_or_none(inbound)
        # An unknown connection is answered as it asked, so that it looks like a wrong password.
        wanted = "json" if "json" in inbound.content_type.lower() else "redirect"
        return refusal(inbound, error, as_json=(options.answer if options else wanted) == "json")

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            return redacted(inbound, self._options_or_none(inbound))
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def _options_or_none(self, inbound: InboundMessage) -> ConfigurableOptions | None:
        try:
            return self.options(inbound.connection) if inbound.connection is not None else None
        except OptionsInvalid:
            return None

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        options = self.options(session.connection)
        try:
            facts = _facts(session, lines, options)
            return build.cart_form(
                return_url=session.return_url,
                facts=facts,
                lines=lines,
                options=options,
                mapped=session.mapped if lines else build.NOTHING,
            )
        except ResultTooLarge:
            raise Conflict(_("The cart is too large to be sent at once.")) from None

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        if self.options(session.connection).on_leave == "nothing":
            return None
        return self.return_form(session, ())

    def sample(self, connection: Connection) -> str:
        options = self.options(connection)
        facts = _sample_facts(connection, options)
        sample = made_up(connection)
        lines = apply_mapping(sample.session, self, options, sample.lines).onto(sample.session)
        form = build.cart_form(
            return_url=sample.session.return_url,
            facts=facts,
            lines=lines,
            options=options,
            mapped=sample.session.mapped,
        )
        return "\n".join(f"{name}={value}" for name, value in form.fields)


def _facts(
    session: PunchoutSession, lines: tuple[ReturnLine, ...], options: ConfigurableOptions
) -> CartFacts:
    kept: dict[str, Any] = session.echo.get("launch", {})
    return CartFacts(
        cart_id=str(session.cart_id),
        currency=lines[0].currency if lines else session.organisation.currency,
        customer_number=session.organisation.number,
        date=timezone.localdate(),
        language=session.language,
        shopper=session.person.identifier if session.person else "",
        test=session.connection.test,
        # An option may have been added since the launch.
        launch={name: str(kept.get(name, "")) for name in options.launch_names},
    )


def _sample_facts(connection: Connection, options: ConfigurableOptions) -> CartFacts:
    return CartFacts(
        cart_id=SAMPLE_FACTS.cart_id,
        currency=SAMPLE_FACTS.currency,
        customer_number=connection.organisation.number,
        date=timezone.localdate(),
        language=connection.organisation.language,
        shopper=SAMPLE_FACTS.shopper,
        test=connection.test,
        launch={name: f"[{name}]" for name in options.launch_names},
    )
