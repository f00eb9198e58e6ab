"""The procurement systems that the sandbox plays: what each sends, expects and cannot take.

A new system of a known protocol is a new entry in one of the tables and nothing else.
"""

from types import MappingProxyType

from punchout.sandbox.cxml_systems import CXML_SYSTEMS
from punchout.sandbox.dialects import System
from punchout.sandbox.oci_systems import OCI_SYSTEMS
from punchout.sandbox.other_systems import OTHER_SYSTEMS
from punchout.sandbox.sap_systems import SAP_SYSTEMS

_ALL = (*SAP_SYSTEMS, *OCI_SYSTEMS, *CXML_SYSTEMS, *OTHER_SYSTEMS)
SYSTEMS: MappingProxyType[str, System] = MappingProxyType({system.slug: system for system in _ALL})

# Interface languages that the sandbox offers, as OCI (two letters) and xml:lang write them.
LANGUAGES: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "en": ("English", "en-GB"),
        "nl": ("Nederlands", "nl-BE"),
        "fr": ("Français", "fr-BE"),
        "de": ("Deutsch", "de-DE"),
    }
)
