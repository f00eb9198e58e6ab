"""The conformance report: what a system would have done to a cart, as a page and as a document."""

import json
from pathlib import Path

import pytest
from django.test import Client

from punchout.sandbox.expectations import expectations_of
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.systems import SYSTEMS

PAYLOADS = Path(__file__).parent / "payloads"
FORM = "application/x-www-form-urlencoded"
pytestmark = pytest.mark.django_db


def received(client: Client, name: str, system: str = "sap-srm") -> SandboxRun:
    answer = client.post("/sandbox/launch", {"system": system, "display": "frame", "language": "en"})
    public_id = answer["Location"].split("/")[3]
    body = (PAYLOADS / name).read_bytes()
    client.generic("POST", f"/sandbox/receive/{public_id}", body, content_type=FORM)
    return SandboxRun.objects.get(public_id=public_id)


def page(client: Client, run: SandboxRun) -> str:
    answer = client.get(f"/sandbox/run/{run.public_id}/report")
    assert answer.status_code == 200
    return answer.content.decode()


def document(client: Client, run: SandboxRun) -> dict:
    answer = client.get(f"/sandbox/run/{run.public_id}/report.json")
    assert answer["Content-Disposition"].startswith('attachment; filename="conformance-')
    return json.loads(answer.content)


def test_the_requisition_leads_to_its_report(client: Client) -> None:
    run = received(client, "oci_return_good.txt")
    assert (
        f"/sandbox/run/{run.public_id}/report"
        in client.get(f"/sandbox/run/{run.public_id}/").content.decode()
    )


def test_every_line_has_a_verdict_and_the_worst_one_is_that_of_the_cart(client: Client) -> None:
    found = document(client, received(client, "oci_return_bad_values.txt"))
    verdicts = {line["number"]: line["verdict"] for line in found["lines"]}
    assert "lost" in verdicts.values()
    assert found["verdict"] == "lost"
    lost = [line for line in found["lines"] if line["verdict"] == "lost"]
    assert all(any(remark["severity"] == "lost" for remark in line["remarks"]) for line in lost)
    counted = [remark["severity"] for line in found["lines"] for remark in line["remarks"]]
    counted += [remark["severity"] for remark in found["remarks"]]
    assert found["counts"] == {severity: counted.count(severity) for severity in found["counts"]}


def test_a_cut_value_is_shown_with_what_is_left_of_it(client: Client) -> None:
    answer = client.post("/sandbox/launch", {"system": "sap-srm", "language": "en"})
    public_id = answer["Location"].split("/")[3]
    body = (
        "NEW_ITEM-DESCRIPTION[1]=" + "x" * 40 + "TAIL&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-UNIT[1]=PCE"
        "&NEW_ITEM-PRICE[1]=1.50&NEW_ITEM-CURRENCY[1]=EUR&NEW_ITEM-PRICEUNIT[1]=1&NEW_ITEM-VENDORMAT[1]=A"
    )
    client.generic("POST", f"/sandbox/receive/{public_id}", body.encode(), content_type=FORM)
    run = SandboxRun.objects.get(public_id=public_id)
    (line,) = document(client, run)["lines"]
    (remark,) = line["remarks"]
    assert (line["verdict"], remark["field"]) == ("changed", "DESCRIPTION")
    assert (remark["sent"], remark["kept"]) == ("x" * 40 + "TAIL", "x" * 40)
    assert "<del>TAIL</del>" in page(client, run)


def test_the_report_says_by_which_rules_it_was_made_and_what_is_not_confirmed(client: Client) -> None:
    run = received(client, "oci_return_good.txt")
    text = page(client, run)
    assert "ISO-8859-1" in text and "DESCRIPTION 40" in text
    assert "The list of mapped units; every SAP has its own." in text
    found = document(client, run)
    assert {"about": "Charset", "rule": "ISO-8859-1"} in found["expectations"]
    assert found["system"]["unconfirmed"]


def test_the_message_is_identified_by_its_digest(client: Client) -> None:
    first = document(client, received(client, "oci_return_good.txt"))["message"]
    second = document(client, received(client, "oci_return_gap.txt"))["message"]
    assert len(first["sha256"]) == 64 and first["sha256"] != second["sha256"]
    assert first["bytes"] == (PAYLOADS / "oci_return_good.txt").stat().st_size


def test_markup_in_a_cart_stays_text_in_its_report(client: Client) -> None:
    answer = client.post("/sandbox/launch", {"system": "sap-s4", "language": "en"})
    public_id = answer["Location"].split("/")[3]
    body = "NEW_ITEM-DESCRIPTION[1]=<script>alert(1)</script>&NEW_ITEM-UNIT[1]=<b>&NEW_ITEM-QUANTITY[1]=1"
    client.generic("POST", f"/sandbox/receive/{public_id}", body.encode(), content_type=FORM)
    text = page(client, SandboxRun.objects.get(public_id=public_id))
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_an_unreadable_message_has_a_report_too(client: Client) -> None:
    answer = client.post("/sandbox/launch", {"system": "peppol", "language": "en"})
    public_id = answer["Location"].split("/")[3]
    client.generic("POST", f"/sandbox/receive/{public_id}", b"punchout=%%%", content_type=FORM)
    found = document(client, SandboxRun.objects.get(public_id=public_id))
    assert (found["verdict"], found["lines"]) == ("lost", [])


def test_without_a_cart_there_is_no_report(client: Client) -> None:
    answer = client.post("/sandbox/launch", {"system": "sap-srm", "language": "en"})
    public_id = answer["Location"].split("/")[3]
    assert client.get(f"/sandbox/run/{public_id}/report").status_code == 404


def test_a_report_is_for_staff_where_visitors_do_not_play(client: Client, settings) -> None:
    run = received(client, "oci_return_good.txt")
    settings.DEMO = settings.DEBUG = False
    for name in ("report", "report.json"):
        assert "/login/" in client.get(f"/sandbox/run/{run.public_id}/{name}")["Location"]
    settings.SANDBOX = False
    assert client.get(f"/sandbox/run/{run.public_id}/report").status_code == 404


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=lambda system: system.slug)
def test_every_system_says_what_it_expects_and_where_that_comes_from(system) -> None:
    assert len(expectations_of(system)) >= 2
    assert str(system.sources) and system.doubts
