"""Who shops, in which language, for which site, and on which page: whatever the buyer's system calls it."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Category
from customers.models import DeliverySite, Person
from punchout.models import Connection, PunchoutSession, WireMessage
from tests.factories import CategoryFactory, CustomerArticleFactory, ProductFactory
from tests.punchout.cxml.buyer import PAYLOADS, fill, make_connection, post, setup, status_code
from tests.punchout.cxml.test_flows import visit

pytestmark = pytest.mark.django_db
ADDRESS = (
    '<ShipTo><Address addressID="{code}" isoCountryCode="BE"><Name xml:lang="nl">Werf Zuid</Name>'
    "<PostalAddress><DeliverTo>Jan</DeliverTo><Street>Dok 1</Street><Street>Poort  B</Street>"
    '<City>Gent</City><PostalCode>9000</PostalCode><Country isoCountryCode="BE">Belgium</Country>'
    "</PostalAddress></Address></ShipTo>"
)


@pytest.fixture
def connection() -> Connection:
    return make_connection()


def session_of(connection: Connection, **fields: str) -> PunchoutSession:
    assert status_code(setup(connection, **fields)) == 200
    return PunchoutSession.objects.latest("pk")


def site(connection: Connection, code: str, **fields: str) -> DeliverySite:
    defaults = {"name": "Site South", "city": "Ghent"}
    return DeliverySite.objects.create(
        organisation=connection.organisation, code=code, **{**defaults, **fields}
    )


def test_the_site_that_the_buyers_address_id_names_is_chosen_and_shown(connection: Connection) -> None:
    south = site(connection, "S-100")
    site(make_connection(), "S-100", name="Another customer's")
    buyer = visit(connection, extra=ADDRESS.format(code=" s-100 "))
    assert buyer.session.delivery_site == south
    page = buyer.client.get(f"{buyer.prefix}/").content.decode()
    assert "Delivery to Site South, Ghent" in page
    assert "Another customer" not in page


def test_an_address_that_is_none_of_his_sites_is_shown_as_it_was_sent(connection: Connection) -> None:
    buyer = visit(connection, extra=ADDRESS.format(code="NEW"))
    assert buyer.session.delivery_site is None
    page = buyer.client.get(f"{buyer.prefix}/").content.decode()
    assert "Delivery to Werf Zuid, Dok 1, Poort B, 9000 Gent" in page
    assert any("NEW is none of" in note for note in WireMessage.objects.earliest("pk").notes)


def test_the_operator_sees_the_site_or_what_was_sent(connection: Connection, admin_client: Client) -> None:
    south = site(connection, "S-100")
    for code, shown in (("S-100", str(south)), ("NEW", "Werf Zuid, Dok 1, Poort B, 9000 Gent")):
        session = session_of(connection, extra=ADDRESS.format(code=code))
        address = reverse("admin:punchout_punchoutsession_change", args=[session.pk])
        assert shown in admin_client.get(address).content.decode()


def test_another_customers_site_is_never_chosen(connection: Connection) -> None:
    site(make_connection(), "S-100")
    assert session_of(connection, extra=ADDRESS.format(code="S-100")).delivery_site is None


def test_without_an_address_nothing_is_said_about_delivery(connection: Connection) -> None:
    buyer = visit(connection)
    assert "Delivery to" not in buyer.client.get(f"{buyer.prefix}/").content.decode()


def test_placeholders_of_an_address_are_not_shown(connection: Connection) -> None:
    sent = ADDRESS.format(code="").replace("Werf Zuid", "default_name").replace("Dok 1", "default_street")
    assert session_of(connection, extra=sent).delivery_address == "Poort B, 9000 Gent"


def test_a_placeholder_for_the_code_of_an_address_does_not_hide_the_one_beside_it(
    connection: Connection,
) -> None:
    south = site(connection, "S-100")
    sent = '<Extrinsic name="ShipToID">S-100</Extrinsic>' + ADDRESS.format(code="default_addressid")
    assert session_of(connection, extra=sent).delivery_site == south
    assert session_of(connection, extra=ADDRESS.format(code="default_addressid")).delivery_site is None
    assert not any("default_addressid" in note for note in WireMessage.objects.latest("pk").notes)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("nl-BE", "nl"),
        ("FR", "fr"),
        ("de_DE", "de"),
        ("Dutch", "nl"),
        ("D", "de"),
        ("dut", "nl"),
        ("GER", "de"),
        ("pt-BR", "fr"),
        ("", "fr"),
    ],
)
def test_the_language_of_the_message_is_that_of_the_shop(written: str, language: str) -> None:
    connection = make_connection(organisation__language="fr")
    body = fill("setup_request.xml", connection).replace(b'"en-US"', f'"{written}"'.encode())
    assert status_code(post(body)) == 200
    assert PunchoutSession.objects.get().language == language


def test_without_a_language_an_extrinsic_or_the_contact_says_it() -> None:
    for extra, language in (
        ('<Extrinsic name="User Language">Deutsch</Extrinsic>', "de"),
        ('<Contact role="endUser"><Name xml:lang="nl-NL">Jan</Name></Contact>', "nl"),
    ):
        connection = make_connection()
        body = fill("setup_request.xml", connection, extra=extra).replace(b'xml:lang="en-US"', b"", 1)
        assert status_code(post(body)) == 200
        assert PunchoutSession.objects.latest("pk").language == language


def test_a_system_that_always_writes_english_can_be_overruled() -> None:
    connection = make_connection(organisation__language="nl", options={"language": "customer"})
    assert session_of(connection).language == "nl"


@pytest.mark.parametrize("role", ["endUser", "enduser", " EndUser "])
def test_the_shopper_is_the_end_user_and_nothing_of_another_contact(
    connection: Connection, role: str
) -> None:
    contacts = (
        '<Contact role="buyer"><Name>The Buyer</Name><Email>buyer@b.example</Email></Contact>'
        f'<Contact role="{role}"><Email>end.user@b.example</Email></Contact>'
    )
    text = fill("setup_request.xml", connection).decode()
    before, _extrinsics, after = text.partition('<Extrinsic name="UserEmail">')
    rest = after[after.index("<BrowserFormPost>") :]
    assert status_code(post((before + contacts + rest).encode())) == 200
    person = PunchoutSession.objects.get().person
    assert person is not None
    assert (person.identifier, person.name, person.email) == ("end.user@b.example", "", "end.user@b.example")


@pytest.mark.parametrize(
    ("extrinsics", "person"),
    [
        ({"UniqueName": "jp", "UserFullName": "Jan P"}, ("jp", "Jan P", "")),
        ({"unique_username": "jp", "User Email": "j@b.example"}, ("j@b.example", "", "j@b.example")),
        ({"User-ID": "U7", "first_name": "Jan", "last-name": "Peeters"}, ("u7", "Jan Peeters", "")),
        ({"requester-email": "R@b.example", "User": "r"}, ("r", "", "R@b.example")),
        ({"EmailAddress": "e@b.example", "Surname": "Solo"}, ("e@b.example", "Solo", "e@b.example")),
    ],
)
def test_a_person_is_known_by_whatever_name_the_extrinsic_has(
    connection: Connection, extrinsics: dict[str, str], person: tuple[str, str, str]
) -> None:
    elements = "".join(f'<Extrinsic name="{k}">{v}</Extrinsic>' for k, v in extrinsics.items())
    body = fill("lenient/nameless_extrinsic.xml", connection).decode()
    for name in ("UserEmail", "FirstName", "LastName"):
        body = body.replace(f'name="{name}"', "")
    body = body.replace("<BrowserFormPost>", elements + "<BrowserFormPost>")
    assert status_code(post(body.encode())) == 200
    found = Person.objects.get()
    assert (found.identifier, found.name, found.email) == person


def test_extrinsics_are_kept_for_the_way_back_but_none_that_sounds_secret(connection: Connection) -> None:
    extra = (
        '<Extrinsic name="CostCenter">CC-7</Extrinsic><Extrinsic name="UserPassword">p</Extrinsic>'
        + '<Extrinsic name="Long">'
        + "x" * 1000
        + "</Extrinsic>"
        + "".join(f'<Extrinsic name="n{number}">v</Extrinsic>' for number in range(200))
    )
    kept = session_of(connection, extra=extra).echo["extrinsics"]
    assert kept["CostCenter"] == "CC-7"
    assert kept["Long"] == "x" * 255
    assert "UserPassword" not in kept
    assert len(kept) == 60


def selected(number: str, level: str = "", own: str = "") -> str:
    auxiliary = f"<SupplierPartAuxiliaryID>{level}</SupplierPartAuxiliaryID>" if level else ""
    buyer = f"<BuyerPartID>{own}</BuyerPartID>" if own else ""
    return (
        f"<SelectedItem><ItemID><SupplierPartID>{number}</SupplierPartID>{auxiliary}{buyer}</ItemID>"
        "</SelectedItem>"
    )


@pytest.mark.parametrize(
    ("item", "landing"),
    [
        (selected("cable"), "/p/cable"),  # an article first
        (selected("cable", "shelf"), "/c/cable/"),
        (selected("cable", "Aisle"), "/c/cable/"),
        (selected("wire"), "/c/wire/"),
        (selected("store", "store"), "/"),
        (selected("", own="MAT-9"), "/p/cable"),
        (selected("gone", own="MAT-9"), "/p/cable"),
        (selected("gone", "shelf"), "/search?q=gone"),
        (selected("hidden"), "/search?q=hidden"),
        (selected(""), "/"),
        (selected("x" * 400), "/search?q=" + "x" * 60),
    ],
)
def test_a_selected_item_opens_the_article_the_shelf_or_a_search(
    connection: Connection, item: str, landing: str
) -> None:
    category = CategoryFactory(slug="cable")
    CategoryFactory(slug="wire", parent=category)
    product = ProductFactory(sku="cable", category=category)
    ProductFactory(sku="hidden", category=category, status="hidden")
    CustomerArticleFactory(organisation=connection.organisation, product=product, number="MAT-9")
    CustomerArticleFactory(product=product, number="gone")
    buyer = visit(connection, extra=item)
    assert buyer.landed == landing
    assert buyer.client.get(buyer.prefix + landing).status_code == 200
    assert Category.objects.count() == 2


@pytest.mark.parametrize("name", sorted(path.name for path in (PAYLOADS / "systems").glob("*.xml")))
def test_the_launch_of_each_procurement_system_says_who_shops(name: str) -> None:
    """Each as that system writes it: a person by name, and at most notes, never a refusal."""
    connection = make_connection(default_return_url="https://buyer.example/procurement/")
    response = post(fill(f"systems/{name}", connection), content_type="text/xml")
    assert status_code(response) == 200, response.content
    session = PunchoutSession.objects.get()
    assert session.connection == connection
    assert session.person is not None
    assert (session.person.identifier, session.person.name) == ("jan.peeters@buyer.example", "Jan Peeters")
    assert session.echo["buyer_cookie"] == "cookie-1"
