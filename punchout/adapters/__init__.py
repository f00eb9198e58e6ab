"""Protocol adapters: one folder each, registered by decorator or entry point (``punchout.adapters``)."""

from importlib import import_module
from importlib.metadata import entry_points

from punchout.adapters.registry import Adapter, all_adapters, get_adapter, override, register

__all__ = ["Adapter", "all_adapters", "get_adapter", "load", "override", "register"]

BUILT_IN = (
    "punchout.adapters.oci.adapter",
    "punchout.adapters.cxml.adapter",
    "punchout.adapters.ids.adapter",
    "punchout.adapters.cebeoxml.adapter",
    "punchout.adapters.configurable.adapter",
    "punchout.adapters.oraclexml.adapter",
    "punchout.adapters.peppol.adapter",
)


def load() -> None:
    """Imports our adapters and those of installed packages; safe to repeat."""
    for module in BUILT_IN:
        import_module(module)
    for point in entry_points(group="punchout.adapters"):
        point.load()
