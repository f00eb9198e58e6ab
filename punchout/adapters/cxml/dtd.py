"""What we send is checked against the official DTDs, when ``settings.CXML_DTD_DIR`` has them.

So is what we receive from a buyer with whom that was agreed (option ``strict``).

One folder a version, ``cXML.dtd`` in it. A document must be valid for its own version, or the next newer one
that is there, and for the newest. The DTDs are read once per process and never fetched.
"""

import copy
from functools import lru_cache
from pathlib import Path
from threading import Lock

import structlog
from django.conf import settings
from lxml import etree

from punchout.adapters.xml import hardened_parser
from punchout.errors import MessageUnreadable

log = structlog.get_logger(__name__)
# libxml2 completes a DTD's content models while it validates, so one thread at a time.
_lock = Lock()
# Content ANY, but only of declared elements: what the buyer put there is not ours to judge.
_ECHOED = ("BuyerCookie", "SupplierPartAuxiliaryID")


@lru_cache(maxsize=8)
def _folders(directory: str) -> dict[str, Path]:
    return {path.parent.name: path for path in sorted(Path(directory).glob("*/cXML.dtd"))}


@lru_cache(maxsize=16)
def _load(path: Path) -> etree.DTD:
    with path.open("rb") as file:
        return etree.DTD(file)


def errors(root: etree._Element, version: str, directory: str) -> list[str]:
    """What is wrong with a document, each with the version that says so; empty when it is valid."""
    folders = _folders(directory)
    if not folders:
        return []
    checked = _without_echo(root)
    found: list[str] = []
    for name in _asked(version, folders):
        with _lock:
            schema = _load(folders[name])
            if not schema.validate(checked):
                found.extend(f"{name}: {entry.message}" for entry in schema.error_log)  # type: ignore[attr-defined]
    return found


def _asked(version: str, folders: dict[str, Path]) -> list[str]:
    """The newest version, and ``version``; of one that is not at hand the next newer one is asked."""
    newest = max(folders)
    if not version:
        return [newest]
    return sorted({min((name for name in folders if name >= version), default=newest), newest})


def _without_echo(root: etree._Element) -> etree._Element:
    if not any(len(element) for tag in _ECHOED for element in root.iter(tag)):
        return root
    bare = copy.deepcopy(root)
    for tag in _ECHOED:
        for element in list(bare.iter(tag)):
            for inside in list(element):
                element.remove(inside)
    return bare


def check(document: str, version: str) -> None:
    """Logs as error what is not valid; the document goes out all the same, most buyers do not validate."""
    directory = settings.CXML_DTD_DIR
    if not directory:
        return
    try:
        wrong = errors(etree.fromstring(document.encode(), hardened_parser()), version, directory)
    except etree.XMLSyntaxError as error:
        wrong = [str(error)]
    if wrong:
        report(version, wrong)


def report(version: str, wrong: list[str]) -> None:
    log.error("cxml_invalid", version=version, errors=wrong[:10])


def insist_on_valid(root: etree._Element, notes: list[str]) -> None:
    """Raises ``MessageUnreadable`` (406) for a document that is not valid for the newest DTD."""
    if not settings.CXML_DTD_DIR:
        notes.append("The document was not validated: the DTDs are not at hand (CXML_DTD_DIR).")
        return
    wrong = errors(root, "", settings.CXML_DTD_DIR)
    if wrong:
        # The DTD's own words name elements and attributes, never what is in them.
        raise MessageUnreadable(
            f"The document is not valid for cXML {wrong[0][:300]}", detail=wrong[-1][:300]
        )
