"""From launch parameters to a ``SetupRequest``. Peppol BIS Punch Out 3 leaves the launch to the parties.

Ours is like OCI's: names and values by form or query, with a return address and the buyer's reference.
"""

from punchout.adapters.parameters import Parameters
from punchout.adapters.peppol.options import PeppolOptions
from punchout.adapters.return_address import read_return_address
from punchout.documents import SetupRequest, Shopper
from punchout.models import Connection

LONGEST_REFERENCE = 200


def read_launch(connection: Connection, parameters: Parameters, options: PeppolOptions) -> SetupRequest:
    """The wish to shop; ``MessageInvalid`` when there is no way back that can be used."""
    notes = list(parameters.notes)
    reference = parameters.get(options.reference_parameter) if options.reference_parameter else ""
    if not reference:
        notes.append("No reference was sent; the cart goes back without one.")
    shopper = parameters.get(options.shopper_parameter) if options.shopper_parameter else ""
    return SetupRequest(
        connection=connection,
        return_url=read_return_address(connection, parameters, options.return_parameter, notes),
        language=parameters.get(options.language_parameter) if options.language_parameter else "",
        shopper=Shopper(identifier=shopper, email=shopper if "@" in shopper else ""),
        echo={
            "reference": reference[:LONGEST_REFERENCE],
            "launch": parameters.beside(
                (
                    options.username_parameter,
                    options.password_parameter,
                    options.return_parameter,
                    options.reference_parameter,
                    options.language_parameter,
                ),
                options.password_parameter,
            ),
        },
        notes=tuple(notes),
    )
