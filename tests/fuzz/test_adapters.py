"""Whatever comes to an endpoint: an answer or a refusal in the protocol's terms, soon, and never a fault."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from punchout import endpoint
from punchout.adapters import get_adapter
from punchout.documents import InboundMessage
from punchout.models import WireMessage
from punchout.replay.service import undone
from punchout.wire import answer_as_logged
from tests.contracts.adapter_contract import AdapterContract
from tests.fuzz.damage import CONTENT_TYPES, LONGEST_SECONDS, damaged, fuzzed
from tests.punchout.cebeoxml import test_contract as cebeoxml
from tests.punchout.configurable import test_contract as configurable
from tests.punchout.cxml import test_contract as cxml
from tests.punchout.ids import test_contract as ids
from tests.punchout.oci import test_contract as oci
from tests.punchout.oraclexml import test_contract as oraclexml
from tests.punchout.peppol import test_contract as peppol

SENDERS: list[type[AdapterContract]] = [
    oci.TestOciByPost, cxml.TestCxmlContract, ids.TestIdsUrlencoded, ids.TestIdsMultipartFromAFile,
    oraclexml.TestOracleXmlByUserName, oraclexml.TestOracleXmlByAddressInAForm, peppol.TestPeppolByForm,
    cebeoxml.TestCebeo, configurable.TestFormToFields, configurable.TestJsonToXml,
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_any_damage_to_a_launch_is_read_or_refused(sender: type[AdapterContract]) -> None:
    harness = sender()
    connection = harness.make_connection()
    launch = harness.launch(connection)
    adapter = get_adapter(connection.adapter)
    path, _mark, query = launch.path.partition("?")
    named = connection if adapter.endpoint_per_connection or connection.slug in path else None

    @fuzzed
    @given(
        body=damaged(launch.body),
        query=st.one_of(st.just(query), st.text(max_size=40), damaged(query.encode()).map(repr)),
        kind=st.one_of(st.just(launch.content_type), st.just(launch.content_type), CONTENT_TYPES),
        method=st.sampled_from([launch.method, launch.method, "GET", "POST", "PUT", "HEAD", "\x00"]),
    )
    def check(body: bytes, query: str, kind: str, method: str) -> None:
        inbound = InboundMessage(
            method=method, path=path, query=query, headers={}, content_type=kind, body=body,
            remote_address="192.0.2.1", base_url="https://shop.example", connection=named,
            record=WireMessage(pk=1, adapter=adapter.slug, body_sha256="0" * 64), replayed=True,
        )  # fmt: skip
        began = time.perf_counter()
        adapter.redact(inbound)
        with undone():
            answer, verdict, why = endpoint.answer_message(adapter, inbound)
        answer_as_logged(answer)
        assert verdict != WireMessage.Verdict.FAILED, why
        assert answer.status < 500 or answer.status == 503
        assert time.perf_counter() - began < LONGEST_SECONDS

    check()
