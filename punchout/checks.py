"""System checks of the punch-out room."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register()
def dtd_directory(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """punchout.E001: a CXML_DTD_DIR that holds no DTD would validate nothing, silently."""
    if settings.CXML_DTD_DIR and not list(Path(settings.CXML_DTD_DIR).glob("*/cXML.dtd")):
        return [
            checks.Error(
                "CXML_DTD_DIR has no <version>/cXML.dtd below it.",
                hint="Point it at a folder with one folder a version, or unset it.",
                id="punchout.E001",
            )
        ]
    return []


@checks.register(checks.Tags.security)
def certificate_header(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """punchout.E002: without a proxy that writes it, anybody may put a certificate into a header."""
    if settings.CLIENT_CERTIFICATE_HEADER and not settings.BEHIND_PROXY:
        return [
            checks.Error(
                "CLIENT_CERTIFICATE_HEADER is set, but the shop does not stand behind a proxy.",
                hint="Set BEHIND_PROXY=1 when a proxy checks certificates and always writes that header, "
                "or unset CLIENT_CERTIFICATE_HEADER.",
                id="punchout.E002",
            )
        ]
    return []
