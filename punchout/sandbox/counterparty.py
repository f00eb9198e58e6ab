"""A procurement system that can be launched from and returned to, in a browser or in a test.

It knows the shop only by its public addresses: ``/punchout/oci/<connection>`` and ``/punchout/cxml``. What
it must remember between launch and return is in ``memory``, which JSON can carry.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_cxml import Operation, Setup, build_setup_request
from punchout.sandbox.parse_cxml import Expected, SetupAnswer, read_order_message, read_setup_answer
from punchout.sandbox.parse_oci import read_return
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import LANGUAGES, SYSTEMS, CxmlDialect, OciDialect, System
from punchout.sandbox.xml_reading import canonical_content, parse_xml

TIMEOUT_SECONDS = 15.0
ANSWER_LIMIT = 2 * 1024 * 1024
CXML_PATH = "/punchout/cxml"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class LaunchForm:
    """The form that the buyer's browser submits to open an OCI catalog."""

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
    """A launch that was tried: a form for OCI, an answered setup request for cXML."""

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

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "hook_fields": [list(pair) for pair in self.hook_fields]}


def memory_from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that ``as_json`` wrote."""
    pairs = tuple((name, value) for name, value in data.get("hook_fields", ()))
    return Memory(**{**data, "hook_fields": pairs})


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
        assert self.system.cxml is not None
        return read_order_message(raw_body, content_type, self.system.cxml, self._expected())

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
        form = LaunchForm(action=action, method=dialect.method, charset=dialect.charset, fields=fields)
        sent = "\n".join(f"{name} = {value}" for name, value in fields)
        return Launch(operation="create", form=form, request_raw=f"{form.method} {action}\n\n{sent}".encode())

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
            status, response, content_type = self._post(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            title = _("The catalog cannot be reached")
            problem = Problem(title, f"{type(error).__name__}: {error}")
            return Launch(operation=operation, request_raw=request, problem=problem)
        answer = read_setup_answer(response)
        return Launch(
            operation=operation,
            start_url=answer.start_url if answer.granted else "",
            request_raw=request,
            response_raw=response,
            response_status=status,
            problem=_problem(answer, status, content_type),
        )

    def _post(self, body: bytes) -> tuple[int, bytes, str]:
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "User-Agent": self.system.cxml.user_agent if self.system.cxml else "",
            "Host": _host_header(self.shop_url),
        }
        client = self.client or open_client()
        received = bytearray()
        try:
            with client.stream(
                "POST", self.connect_url + CXML_PATH, content=body, headers=headers
            ) as response:
                for chunk in response.iter_bytes():
                    received += chunk
                    if len(received) > ANSWER_LIMIT:
                        raise httpx.ReadError("the answer is larger than 2 MB")
                return response.status_code, bytes(received), response.headers.get("Content-Type", "")
        finally:
            if self.client is None:
                client.close()


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
