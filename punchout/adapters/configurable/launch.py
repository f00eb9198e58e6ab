"""From the parameters of a launch to a ``SetupRequest``: who, where to, and what is given back."""

from urllib.parse import quote

from catalog.models import Product
from punchout.adapters.configurable.options import ConfigurableOptions
from punchout.adapters.parameters import Parameters
from punchout.adapters.return_address import read_return_address
from punchout.documents import SetupRequest, Shopper
from punchout.models import Connection

LONGEST_LANDING = 255
LONGEST_ECHO = 4_000


def read_launch(connection: Connection, parameters: Parameters, options: ConfigurableOptions) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` for a return address that cannot be used."""
    notes = list(parameters.notes)
    identifier = parameters.get(options.shopper_parameter) or parameters.get(options.shopper_email_parameter)
    launch = {name: parameters.get(name)[:LONGEST_ECHO] for name in options.echo_parameters}
    return SetupRequest(
        connection=connection,
        return_url=read_return_address(connection, parameters, options.return_parameter, notes),
        language=parameters.get(options.language_parameter),
        shopper=Shopper(
            identifier=identifier,
            name=parameters.get(options.shopper_name_parameter),
            email=parameters.get(options.shopper_email_parameter),
        ),
        landing=_landing(connection, parameters, options, notes),
        echo={"launch": launch},
        notes=tuple(notes),
    )


def _landing(
    connection: Connection, parameters: Parameters, options: ConfigurableOptions, notes: list[str]
) -> str:
    """On an article, on a search, else at home."""
    number = parameters.get(options.article_parameter)[:60]
    if number:
        shown = Product.objects.visible_to(connection.organisation).filter(sku__in={number, number.upper()})
        sku = shown.values_list("sku", flat=True).first()
        if sku:
            return f"/p/{quote(sku)}"
        notes.append(f"There is no article {number!r}; the shop opens on a search for it.")
    words = (number or parameters.get(options.search_parameter))[:LONGEST_LANDING]
    while words and len(landing := f"/search?q={quote(words)}") > LONGEST_LANDING:
        words = words[:-1]
    return landing if words else "/"
