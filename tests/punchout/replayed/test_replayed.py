"""Every saved payload below ``payloads`` gets the answer that is expected (docs/testing-messages.md)."""

from pathlib import Path

import pytest
from pytest_django import Settings

from punchout.replay.payload import PAYLOAD_SECRET
from tests.factories import CANARY_SECRET
from tests.punchout.replayed import replay_payload

PAYLOADS = Path(__file__).with_name("payloads")
MESSAGES = sorted(path.parent for path in PAYLOADS.glob("*/message.json"))
RETURNS = sorted(path.parent for path in PAYLOADS.glob("*/return.json"))


@pytest.mark.django_db
@pytest.mark.parametrize("folder", MESSAGES, ids=lambda folder: folder.name)
def test_a_saved_message_gets_its_answer(folder: Path, settings: Settings) -> None:
    about = replay_payload.read(folder, "message.json")
    settings.PUBLIC_URL = about["base_url"]
    replay_payload.make_connection(about)
    answer, body = replay_payload.answered(folder, about)
    assert answer == replay_payload.read(folder, "expected.json")
    assert body == (folder / "expected-body.txt").read_text("utf-8").splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize("folder", RETURNS, ids=lambda folder: folder.name)
def test_a_saved_cart_is_returned_in_its_form(folder: Path) -> None:
    form = replay_payload.handed_over(replay_payload.read(folder, "return.json"))
    assert form == (folder / "expected-form.txt").read_text("utf-8").splitlines()


def test_no_payload_holds_a_secret_of_the_demo_or_of_a_test() -> None:
    assert MESSAGES and RETURNS
    for path in PAYLOADS.rglob("*.*"):
        text = path.read_text("utf-8")
        assert "demo-secret" not in text and CANARY_SECRET not in text, path
    sent = "".join(path.read_text("utf-8") for path in PAYLOADS.rglob("body.*"))
    assert PAYLOAD_SECRET in sent
