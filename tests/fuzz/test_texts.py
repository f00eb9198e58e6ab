"""Templates and expressions that operators write, and what comes back to the sandbox: read or refused."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from punchout.mapping.expressions import compile_expression
from punchout.readable import indented
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.systems import SYSTEMS
from punchout.template_language import ResultTooLarge, TemplateInvalid, compile_template
from tests.fuzz.damage import CONTENT_TYPES, LONGEST_SECONDS, damaged, fuzzed
from tests.punchout.test_template_language import NAMES, VALUES

PAYLOADS = Path(__file__).parents[1] / "sandbox" / "payloads"
WORDS = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", " if ", " for ", " in ", "line", "lines", ".sku", "launch.session", "|",
        "decimals:2", "shorten:3", "shorten:99999999999", "default:'x'", ":", "'", '"', "endfor",
        "endif", "else", "and not", "==", "__class__", "_x", ".__init__", "include 'a'", "load x",
        "debug", "cycle", "forloop.counter", "total", "test", "{#", "#}", "\x00", "é", "\ud7ff", "1e9",
        "-1", "add:1", "ljust:99999999", "center:9999999", "safe",
    ]
)  # fmt: skip
SOURCES = st.one_of(
    st.lists(WORDS, max_size=25).map(" ".join),
    st.lists(WORDS, max_size=25).map("".join),
    st.text(max_size=60),
)


@fuzzed
@given(source=SOURCES, format=st.sampled_from(["plain", "xml", "json", "csv"]))
def test_any_template_is_refused_when_it_is_saved_or_renders(source: str, format: str) -> None:
    began = time.perf_counter()
    with suppress(TemplateInvalid, ResultTooLarge):
        compile_template(source, format, NAMES).render(VALUES)  # type: ignore[arg-type]
    assert time.perf_counter() - began < LONGEST_SECONDS


@fuzzed
@given(source=SOURCES)
def test_any_expression_is_refused_when_it_is_saved_or_compiles(source: str) -> None:
    began = time.perf_counter()
    with suppress(TemplateInvalid):
        compile_expression(source)
    assert time.perf_counter() - began < LONGEST_SECONDS


RETURNS = {
    "sap-srm": "oci_return_good.txt", "ariba": "order_message.xml", "oracle-xml": "oracle_return.xml",
    "ids-erp": "ids_return.xml", "peppol": "order_message.xml",
}  # fmt: skip


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_any_return_to_the_sandbox_is_read_or_reported(system: str) -> None:
    whole = (PAYLOADS / RETURNS.get(system, "oci_return_good.txt")).read_bytes()

    @fuzzed
    @given(body=damaged(whole), kind=CONTENT_TYPES)
    def check(body: bytes, kind: str) -> None:
        began = time.perf_counter()
        cart = Counterparty(system).receive(body, kind)
        assert cart.outcome
        assert time.perf_counter() - began < LONGEST_SECONDS

    check()


@fuzzed
@given(text=damaged(b"<a x='1'><b>text</b><!-- c --></a>"))
def test_any_text_is_indented_or_left_alone(text: bytes) -> None:
    indented(text.decode("utf-8", "replace"))
