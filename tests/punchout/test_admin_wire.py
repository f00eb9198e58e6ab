"""The wire log: readable, escaped whatever came, and only looked at."""

import base64
import io
import json
import re
import time
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from structlog.testing import capture_logs

from punchout import message_kinds
from punchout.admin.pretty import LONGEST, pretty, pretty_fields
from punchout.models import WireMessage
from tests.factories import ConnectionFactory, WireMessageFactory

LIST = "/admin/punchout/wiremessage/"
FORM = "application/x-www-form-urlencoded"
HOSTILE = "<script>alert(1)</script>"


def page_of(message):
    return reverse("admin:punchout_wiremessage_change", args=[message.pk])


# -- texts made readable


def test_xml_is_indented_and_coloured():
    shown = pretty('<?xml version="1.0"?><cXML payloadID="1@x"><Header><From/></Header></cXML>', "text/xml")
    assert '&lt;<span class="x-name">cXML</span>' in shown
    assert '<span class="x-attribute">payloadID</span>=<span class="x-value">&quot;1@x&quot;</span>' in shown
    assert "\n  &lt;" in shown


def test_text_that_was_decoded_is_not_decoded_again():
    assert "Käse é €" in pretty('<?xml version="1.0" encoding="ISO-8859-1"?><a>Käse é €</a>', "text/xml")


def test_a_form_becomes_rows():
    shown = pretty("USERNAME=demo&HOOK_URL=http%3A%2F%2Fx%2F%3Fa%3D1&EMPTY=", FORM)
    assert '<th scope="row">HOOK_URL</th><td>http://x/?a=1</td>' in shown
    assert '<th scope="row">EMPTY</th><td></td>' in shown


def test_an_outbound_form_keeps_values_of_several_lines_together():
    shown = pretty_fields(
        "NEW_ITEM-DESCRIPTION[1]=Cable\nNEW_ITEM-LONGTEXT_1:132[]=one\ntwo lines\n~OkCode=ADDI"
    )
    assert "<td>one\ntwo lines</td>" in shown
    assert '<th scope="row">~OkCode</th>' in shown


@pytest.mark.parametrize("encoded", [True, False])
def test_a_cart_inside_a_form_is_shown_as_xml(encoded):
    document = "<cXML>\n<Message\nx='1'><a/></Message></cXML>"
    value = base64.b64encode(document.encode()).decode() if encoded else document
    name = "cXML-base64" if encoded else "cXML-urlencoded"
    assert '<span class="x-name">Message</span>' in pretty_fields(f"{name}={value}")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HOSTILE, "text/xml"),
        (HOSTILE, "text/html; charset=utf-8"),
        (HOSTILE, ""),
        (f"a={HOSTILE}&{HOSTILE}=b", FORM),
        (f"<a b='{HOSTILE}'>{HOSTILE}<!-- {HOSTILE} --><![CDATA[{HOSTILE}]]></a>", "text/xml"),
        (f"<a {HOSTILE}", "text/xml"),
        (f'<a x="y" onload="{HOSTILE}"></a>', "text/xml"),
        (f'{{"a": "{HOSTILE}"}}', "application/json"),
        (f"plain {HOSTILE}", "text/plain"),
        (f"<!DOCTYPE a [<!ENTITY x '{HOSTILE}'>]><a>&x;</a>", "text/xml"),
    ],
)
def test_nothing_that_came_is_ever_markup(text, kind):
    for shown in (pretty(text, kind), pretty_fields(text), pretty_fields(f"cXML-urlencoded={text}")):
        assert "<script" not in shown
        assert "onload=<" not in shown
        assert "<a" not in shown


def test_an_entity_is_neither_expanded_nor_fetched(tmp_path):
    (tmp_path / "secret").write_text("from the disk")
    text = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><a>&x;</a>'
    assert "from the disk" not in pretty(text, "text/xml")


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<?", "<!", "<![CDATA[", "<a ", "<a x=", "a=' b=\" ", "<", ">", "&", "a=b&", "\n", "<a>"],
)
def test_a_hostile_text_is_shown_in_linear_time(piece):
    text = piece * (LONGEST // len(piece))
    began = time.perf_counter()
    pretty(text, "text/xml")
    pretty(text, FORM)
    pretty(f"<a {text}>", "text/xml")
    pretty_fields(text)
    assert time.perf_counter() - began < 10


def test_a_very_long_text_is_cut_for_the_page():
    assert "Cut for this page" in pretty("x" * (LONGEST + 1))


# -- the pages


@pytest.mark.django_db
def test_a_message_and_its_answer_stand_side_by_side_with_what_is_known(admin_client):
    message = WireMessageFactory(
        connection=ConnectionFactory(name="ACME SRM"),
        kind="PunchOutSetupRequest",
        body="<cXML><Request/></cXML>",
        headers={"Content-Type": "text/xml", "User-Agent": "Coupa <b>1.0</b>"},
        answer_status=200,
        answer_body='<cXML><Response><Status code="401"/></Response></cXML>',
        answer_headers={"Content-Type": "text/xml"},
        error="The secret does not match.",
        notes=["No timestamp."],
        verdict=WireMessage.Verdict.REFUSED,
    )
    page = admin_client.get(page_of(message)).content.decode()
    for text in (
        "ACME SRM",
        "The secret does not match.",
        "No timestamp.",
        "refused",
        "&lt;b&gt;1.0&lt;/b&gt;",
    ):
        assert text in page
    assert page.index("Request</span>") < page.index("Response</span>")


@pytest.mark.django_db
def test_hostile_content_is_escaped_wherever_it_stands(admin_client):
    message = WireMessageFactory(
        **dict.fromkeys(
            ("body", "answer_body", "kind", "path", "payload_id", "error", "correlation_id"), HOSTILE
        ),
        headers={HOSTILE: HOSTILE},
        answer_headers={HOSTILE: HOSTILE},
        notes=[HOSTILE],
    )
    for address in (LIST, page_of(message), f"{LIST}?q={HOSTILE}"):
        assert HOSTILE not in admin_client.get(address).content.decode()


@pytest.mark.django_db
def test_the_raw_text_is_a_download_that_no_browser_renders(admin_client):
    message = WireMessageFactory(body=HOSTILE, answer_body="answer")
    for part, text in (("message", HOSTILE), ("answer", "answer")):
        answer = admin_client.get(reverse("admin:punchout_wiremessage_raw", args=[message.pk, part]))
        assert answer.content.decode() == text
        assert answer["Content-Type"].startswith("text/plain")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert admin_client.get(f"{LIST}{message.pk}/raw/headers/").status_code == 404


@pytest.mark.django_db
def test_it_is_logged_who_looked_at_a_message(admin_client, admin_user):
    message = WireMessageFactory()
    with capture_logs() as logs:
        admin_client.get(page_of(message))
    viewed = [entry for entry in logs if entry["event"] == "wire_message_viewed"]
    assert [(entry["user"], entry["message"]) for entry in viewed] == [(admin_user.pk, message.pk)]


def kinds_found(client, **asked):
    """The kinds of the messages in the list, as it is shown."""
    page = client.get(LIST, asked).content.decode()
    return re.findall(r'<td[^>]* class="field-shown_kind"[^>]*>([^<]*)', page)


@pytest.mark.django_db
def test_messages_are_found_by_id_and_by_text(admin_client):
    WireMessageFactory(payload_id="1@buyer.example", kind="wanted-1")
    WireMessageFactory(body="HOOK_URL=https://acme.example", kind="wanted-2")
    assert kinds_found(admin_client, q="1@buyer.example") == ["wanted-1"]
    assert kinds_found(admin_client, q="acme.example") == ["wanted-2"]


@pytest.mark.django_db
def test_kinds_that_are_ours_are_called_as_the_operator_reads_them(admin_client, monkeypatch):
    monkeypatch.setattr(message_kinds, "OURS", {"cart return": "Winkelwagen terug"})
    monkeypatch.setattr(message_kinds, "ENDINGS", {" launch": "aanroep door %(protocol)s"})
    for kind in ("cart return", "OCI launch", "PunchOutSetupRequest"):
        WireMessageFactory(kind=kind)
    page = admin_client.get(LIST).content.decode()
    for shown in ("Winkelwagen terug", "aanroep door OCI", "PunchOutSetupRequest"):
        assert page.count(f">{shown}</") == 2  # in the list and in the filter
    assert ">cart return<" not in page
    page = admin_client.get(LIST, {"kind": "cart return"}).content.decode()
    assert page.count(">Winkelwagen terug</") == 2
    assert ">aanroep door OCI</td>" not in page


def test_the_list_reads_no_bodies_and_makes_a_fixed_number_of_queries(
    admin_client, django_assert_max_num_queries
):
    WireMessageFactory(connection=ConnectionFactory())
    with django_assert_max_num_queries(14) as first:
        admin_client.get(LIST)
    for _number in range(15):
        WireMessageFactory(connection=ConnectionFactory())
    with django_assert_max_num_queries(len(first.captured_queries)) as second:
        admin_client.get(LIST)
    assert not any('"answer_body"' in query["sql"] for query in second.captured_queries)


@pytest.mark.django_db
def test_nobody_changes_a_message_and_only_a_superuser_purges(client, admin_client, django_user_model):
    message = WireMessageFactory(body="as it came")
    admin_client.post(page_of(message), {"body": "something else"})
    message.refresh_from_db()
    assert message.body == "as it came"
    assert admin_client.get(f"{LIST}add/").status_code == 403
    clerk = django_user_model.objects.create_user("clerk", password="long enough 123", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="punchout"))
    client.force_login(clerk)
    delete = reverse("admin:punchout_wiremessage_delete", args=[message.pk])
    assert client.get(page_of(message)).status_code == 200
    assert client.post(delete, {"post": "yes"}).status_code == 403
    admin_client.post(delete, {"post": "yes"})
    assert not WireMessage.objects.exists()


@pytest.mark.django_db
def test_a_text_is_looked_for_in_the_newest_messages_only_that_the_filters_leave(admin_client, monkeypatch):
    monkeypatch.setattr("punchout.admin.wire.MOST_SEARCHED", 3)
    ours = ConnectionFactory()
    old = WireMessageFactory(body="needle", kind="too-old", payload_id="the-id")
    WireMessageFactory(connection=ours, answer_body="Needle", kind="of-ours")
    for _number in range(3):
        WireMessageFactory(body="hay", connection=ConnectionFactory())
    assert kinds_found(admin_client, q="needle") == []
    ours_only = {"connection__organisation__id__exact": ours.organisation_id}
    assert kinds_found(admin_client, q="needle", **ours_only) == ["of-ours"]
    # An id is found however old its message is.
    assert f"/{old.pk}/change/" in admin_client.get(LIST, {"q": "the-id"}).content.decode()
    assert admin_client.get(LIST, {"q": "\x00"}).status_code == 200


@pytest.mark.parametrize(("since", "shown"), [("1h", 1), ("24h", 2), ("7d", 3), ("", 4), ("nonsense", 4)])
def test_the_list_goes_back_as_far_as_it_is_asked_to(admin_client, since, shown):
    for age in (timedelta(minutes=5), timedelta(hours=5), timedelta(days=5), timedelta(days=500)):
        WireMessageFactory(received_at=timezone.now() - age)
    page = admin_client.get(LIST, {"since": since} if since else {}, follow=True)
    assert page.context["cl"].result_count == shown


def test_a_refused_launch_without_a_visit_is_exported_as_one_file(admin_client, client):
    connection = ConnectionFactory(slug="shop-one", username="buyer", secret="right")
    body = "USERNAME=buyer&PASSWORD=canary-wrong&HOOK_URL=https%3A%2F%2Fbuyer.example%2Freturn"
    assert client.post(f"/punchout/oci/{connection.slug}", body, content_type=FORM).status_code == 401
    message = WireMessage.objects.get()
    assert message.session is None
    address = reverse("admin:punchout_wiremessage_trace", args=[message.pk])
    assert address in admin_client.get(page_of(message)).content.decode()
    with capture_logs() as logs:
        answer = admin_client.get(address)
    assert [entry["message"] for entry in logs if entry["event"] == "trace_exported"] == [message.pk]
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    (told,) = json.loads(files["trace.json"])["messages"]
    assert (told["verdict"], told["answer status"]) == ("refused", 401)
    assert sorted(name.partition("-")[0] for name in files) == ["01", "01", "trace.json"]
    assert "USERNAME=buyer" in files["01-in-message.txt"]
    assert not any("canary-wrong" in text for text in files.values())


def test_a_message_of_nobody_is_exported_too_and_only_to_staff(admin_client, client):
    client.post("/punchout/oci/nobody", "USERNAME=x", content_type=FORM)
    message = WireMessage.objects.get()
    address = reverse("admin:punchout_wiremessage_trace", args=[message.pk])
    assert "message-unknown-" in admin_client.get(address)["Content-Disposition"]
    assert client.get(address).status_code == 302
