"""A procurement system that can be launched from and returned to, in a browser or in a test.

It knows the shop only by its public addresses: ``/punchout/cxml``, and ``/punchout/oci/<connection>``,
``/punchout/ids/<connection>`` or ``/punchout/oraclexml/<connection>``. What it must remember between launch
and return is in ``memory``, which JSON can carry.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_cxml import Operation, Setup, build_setup_request
from punchout.sandbox.build_ids import build_cart, positions_of
from punchout.sandbox.build_oracle import LoginAnswer, build_login, read_login_answer
from punchout.sandbox.parse_cxml import Expected, SetupAnswer, read_order_message, read_setup_answer
from punchout.sandbox.parse_ids import Sent, read_cart
from punchout.sandbox.parse_oci import read_return
from punchout.sandbox.parse_oracle import read_cart as read_oracle_cart
from punchout.sandbox.received import Line, ReceivedCart
from punchout.sandbox.systems import (
    LANGUAGES,
    SYSTEMS,
    CxmlDialect,
    IdsDialect,
    OciDialect,
    OracleDialect,
    System,
)
from punchout.sandbox.xml_reading import canonical_content, parse_xml

TIMEOUT_SECONDS = 15.0
ANSWER_LIMIT = 2 * 1024 * 1024
CXML_PATH = "/punchout/cxml"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PAIRS = ("hook_fields", "positions")  # of Memory; JSON makes lists of them


@dataclass(frozen=True, kw_only=True)
class LaunchForm:
    """The form that the buyer's browser submits to open a catalog by OCI or IDS-Connect."""

    action: str
    method: Literal["GET", "POST"]
    charset: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Problem:
    """Why a launch failed, in the words of the buyer's system."""

    title: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A launch that was tried: a form for OCI and IDS-Connect, an answered request for cXML and Oracle."""

    operation: Operation
    form: LaunchForm | None = None
    start_url: str = ""
    request_raw: bytes = b""
    response_raw: bytes = b""
    response_status: int | None = None
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What the system keeps of its launch to check the return against."""

    operation: Operation = "create"
    language: str = "en"
    return_url: str = ""
    hook_fields: tuple[tuple[str, str], ...] = ()
    buyer_cookie_xml: str = ""
    payload_id: str = ""
    # Number and article of each line that an IDS client sent along.
    positions: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        pairs = {name: [list(pair) for pair in getattr(self, name)] for name in _PAIRS}
        return {**asdict(self), **pairs}


def memory_from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that ``as_json`` wrote."""
    pairs = {name: tuple((first, second) for first, second in data.get(name, ())) for name in _PAIRS}
    return Memory(**{**data, **pairs})


def open_client() -> httpx.Client:
    """The only door out of the sandbox: TLS verified, no redirects, no proxy from the environment."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


class Counterparty:
    """One procurement system at work; ``memory`` is None until it has launched."""

    def __init__(
        self,
        system: System | str,
        *,
        shop_url: str = "http://127.0.0.1:8000",
        own_url: str = "http://localhost:8000/sandbox",
        run_id: str = "",
        connect_url: str = "",
        client: httpx.Client | None = None,
        memory: Memory | None = None,
    ) -> None:
        """``shop_url`` is what the shop is called; ``connect_url`` where it is reached, if that differs."""
        self.system = SYSTEMS[system] if isinstance(system, str) else system
        self.shop_url = shop_url.rstrip("/")
        self.connect_url = (connect_url or shop_url).rstrip("/")
        self.run_id = run_id or secrets.token_urlsafe(16)
        self.own_url = own_url.rstrip("/")
        self.client = client
        self.memory = memory

    @property
    def return_url(self) -> str:
        return f"{self.own_url}/receive/{self.run_id}"

    def launch(
        self,
        operation: Operation = "create",
        cart: ReceivedCart | None = None,
        *,
        language: str = "en",
        selected_item: str = "",
    ) -> Launch:
        """Opens the catalog; ``cart`` is the earlier one for edit and inspect. Problems are in the result."""
        if self.system.oci is not None:
            if operation != "create":
                raise ValueError("OCI has no edit and no inspect (OCI 4.0, functions)")
            return self._launch_oci(self.system.oci, language)
        if self.system.ids is not None:
            if operation == "inspect":
                raise ValueError("IDS-Connect has no inspect (IDS-Connect 2.5, actions)")
            lines = cart.transferred_lines if cart is not None and operation == "edit" else ()
            return self._launch_ids(self.system.ids, operation, lines, language, selected_item)
        if self.system.oracle is not None:
            if operation != "create":
                raise ValueError("Oracle XML has no edit and no inspect")
            return self._launch_oracle(self.system.oracle, language, selected_item)
        assert self.system.cxml is not None
        return self._launch_cxml(self.system.cxml, operation, cart, language, selected_item)

    def submit(self, launch: Launch) -> httpx.Response:
        """Does what the browser does with the launch: submits its form, or opens its start page."""
        client = self.client or open_client()
        try:
            if launch.form is None:
                return client.get(launch.start_url)
            form = launch.form
            encoded = urlencode(form.fields, encoding=form.charset, errors="xmlcharrefreplace")
            if form.method == "GET":
                return client.get(f"{form.action}?{encoded}")
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            return client.post(form.action, content=encoded.encode("ascii"), headers=headers)
        finally:
            if self.client is None:
                client.close()

    def receive(self, raw_body: bytes, content_type: str, query: str = "") -> ReceivedCart:
        """What the system makes of a return; ``query`` is that of the address it was posted to."""
        memory = self.memory
        if self.system.oci is not None:
            if memory is None:
                return read_return(raw_body, content_type, self.system.oci)
            in_address = dict(parse_qsl(query, keep_blank_values=True))
            return read_return(raw_body, content_type, self.system.oci, dict(memory.hook_fields), in_address)
        if self.system.ids is not None:
            return read_cart(raw_body, content_type, self.system.ids, self._sent(), dict(parse_qsl(query)))
        if self.system.oracle is not None:
            sent = dict(memory.hook_fields) if memory is not None else {}
            return read_oracle_cart(raw_body, content_type, self.system.oracle, sent, dict(parse_qsl(query)))
        assert self.system.cxml is not None
        return read_order_message(raw_body, content_type, self.system.cxml, self._expected())

    def _sent(self) -> Sent | None:
        memory = self.memory
        if memory is None:
            return None
        return Sent(
            hook_fields=dict(memory.hook_fields),
            positions=memory.positions,
            editing=memory.operation == "edit",
        )

    def _expected(self) -> Expected | None:
        if self.memory is None:
            return None
        cookie = parse_xml(f"<BuyerCookie>{self.memory.buyer_cookie_xml}</BuyerCookie>".encode())
        return Expected(
            operation=self.memory.operation,
            buyer_cookie=canonical_content(cookie),
            payload_id=self.memory.payload_id,
            language=self.memory.language,
        )

    def _launch_oci(self, dialect: OciDialect, language: str) -> Launch:
        hook_fields = (*dialect.hook_query, ("sid", secrets.token_hex(8)))
        hook_url = f"{self.return_url}?{urlencode(hook_fields)}"
        self.memory = Memory(language=language, return_url=hook_url, hook_fields=hook_fields)
        fields = (
            *dialect.credentials,
            (dialect.language_name, language.upper()),
            (dialect.hook_name, hook_url),
            ("OCI_VERSION", dialect.version),
            ("OPI_VERSION", "1.0"),
            ("http_content_charset", dialect.charset),
            ("returntarget", dialect.return_target),
            *dialect.its_fields,
        )
        action = f"{self.shop_url}/punchout/oci/{dialect.connection}"
        return self._form_launch("create", action, dialect.charset, fields, dialect.method)

    def _launch_ids(
        self,
        dialect: IdsDialect,
        operation: Operation,
        lines: tuple[Line, ...],
        language: str,
        selected_item: str,
    ) -> Launch:
        """WKE shops, WKS sends a cart along, ADL opens an article (IDS-Connect 2.5, actions)."""
        hook_fields = (("sid", str(uuid.uuid4())),)
        hook_url = f"{self.return_url}?{urlencode(hook_fields)}"
        self.memory = Memory(
            operation=operation,
            language=language,
            return_url=hook_url,
            hook_fields=hook_fields,
            positions=positions_of(lines),
        )
        action = "WKS" if operation == "edit" else "ADL" if selected_item else "WKE"
        fields = [
            ("kndnr", dialect.customer_number),
            ("name_kunde", dialect.user),
            ("pw_kunde", dialect.secret),
            ("version", dialect.version),
            ("action", action),
            ("hookurl", hook_url),
            ("target", dialect.target),
        ]
        if action == "WKS":
            fields.append(("warenkorb", build_cart(dialect, lines)))
        if action == "ADL":
            fields.append(("ghnummer", selected_item))
        return self._form_launch(
            operation, f"{self.shop_url}/punchout/ids/{dialect.connection}", dialect.charset, tuple(fields)
        )

    def _launch_oracle(self, dialect: OracleDialect, language: str, selected_item: str) -> Launch:
        """A login request; ``selected_item`` is searched for (transparent punch-out)."""
        hook_fields = (
            ("OAFunc", "ICX_CAT_PUNCHOUT_CALLBACK"),
            ("transactionid", str(secrets.randbelow(10**9))),
        )
        return_url = f"{self.return_url}?{urlencode(hook_fields)}"
        self.memory = Memory(language=language, return_url=return_url, hook_fields=hook_fields)
        request = build_login(dialect, return_url=return_url, language=language, keywords=selected_item)
        try:
            status, response, content_type = self._post(request, f"/punchout/oraclexml/{dialect.connection}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _unreached("create", request, error)
        answer = read_login_answer(response)
        return Launch(
            operation="create",
            start_url=answer.start_url if answer.granted else "",
            request_raw=request,
            response_raw=response,
            response_status=status,
            problem=_login_problem(answer, status, content_type),
        )

    @staticmethod
    def _form_launch(
        operation: Operation,
        action: str,
        charset: str,
        fields: tuple[tuple[str, str], ...],
        method: Literal["GET", "POST"] = "POST",
    ) -> Launch:
        form = LaunchForm(action=action, method=method, charset=charset, fields=fields)
        sent = "\n".join(f"{name} = {value}" for name, value in fields)
        return Launch(operation=operation, form=form, request_raw=f"{method} {action}\n\n{sent}".encode())

    def _launch_cxml(
        self,
        dialect: CxmlDialect,
        operation: Operation,
        cart: ReceivedCart | None,
        language: str,
        selected_item: str,
    ) -> Launch:
        host = urlsplit(self.own_url).hostname or "localhost"
        self.memory = Memory(
            operation=operation,
            language=language if language in LANGUAGES else "en",
            return_url=self.return_url,
            buyer_cookie_xml=_new_cookie(dialect),
            payload_id=f"{secrets.token_hex(10)}.{secrets.randbelow(100_000)}@{host}",
        )
        setup = Setup(
            operation=operation,
            buyer_cookie_xml=self.memory.buyer_cookie_xml,
            payload_id=self.memory.payload_id,
            return_url=self.return_url,
            language=self.memory.language,
            lines=cart.transferred_lines if cart is not None and operation != "create" else (),
            selected_item=selected_item,
        )
        request = build_setup_request(dialect, setup)
        try:
            status, response, content_type = self._post(request, CXML_PATH)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _unreached(operation, request, error)
        answer = read_setup_answer(response)
        return Launch(
            operation=operation,
            start_url=answer.start_url if answer.granted else "",
            request_raw=request,
            response_raw=response,
            response_status=status,
            problem=_problem(answer, status, content_type),
        )

    def _post(self, body: bytes, path: str) -> tuple[int, bytes, str]:
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "User-Agent": self.system.cxml.user_agent if self.system.cxml else self.system.buyer,
            "Host": _host_header(self.shop_url),
        }
        client = self.client or open_client()
        received = bytearray()
        try:
            with client.stream("POST", self.connect_url + path, content=body, headers=headers) as response:
                for chunk in response.iter_bytes():
                    received += chunk
                    if len(received) > ANSWER_LIMIT:
                        raise httpx.ReadError("the answer is larger than 2 MB")
                return response.status_code, bytes(received), response.headers.get("Content-Type", "")
        finally:
            if self.client is None:
                client.close()


def _unreached(operation: Operation, request: bytes, error: Exception) -> Launch:
    problem = Problem(_("The catalog cannot be reached"), f"{type(error).__name__}: {error}")
    return Launch(operation=operation, request_raw=request, problem=problem)


def _login_problem(answer: LoginAnswer, status: int, content_type: str) -> Problem | None:
    if answer.granted and status == 200:
        return None
    if answer.flaw or status != 200:
        detail = _("HTTP %(status)s, %(type)s. %(flaw)s")
        values = {"status": status, "type": content_type or _("no content type"), "flaw": answer.flaw}
        return Problem(_("The catalog answered with something else than Oracle XML"), detail % values)
    title = _("The catalog refused: %(code)s %(text)s") % {"code": answer.code, "text": answer.text}
    return Problem(title[:300], (answer.text or _("No explanation was given."))[:2000])


def _problem(answer: SetupAnswer, status: int, content_type: str) -> Problem | None:
    if answer.granted:
        return None
    if answer.flaw and not answer.code:
        # Without cXML the peer can only count it as a transport error and try again (p. 34).
        detail = _("HTTP %(status)s, %(type)s. %(flaw)s")
        values = {"status": status, "type": content_type or _("no content type"), "flaw": answer.flaw}
        return Problem(_("The catalog answered with something else than cXML"), detail % values)
    title = _("The catalog refused: %(code)s %(text)s") % {"code": answer.code, "text": answer.text}
    return Problem(title[:300], (answer.flaw or answer.detail or _("No explanation was given."))[:2000])


def _new_cookie(dialect: CxmlDialect) -> str:
    if dialect.cookie_style == "hex":
        return secrets.token_hex(16)
    if dialect.cookie_style == "number":
        return str(secrets.randbelow(9 * 10**9) + 10**9)
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    return "1CX" + "".join(secrets.choice(letters) for _position in range(14))


def _host_header(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"
