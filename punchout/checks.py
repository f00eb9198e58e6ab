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
