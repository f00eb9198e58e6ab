"""What sounds like a secret, in any protocol: a message may be broken, or sent to the address of another.

Each adapter knows where its own secrets are. This is the net below that: of what is not certain to be free of
them, nothing is kept.
"""

import re

from lxml import etree

from punchout.adapters.xml import NotXml, parse_xml
from punchout.wire import REDACTED

# Words that make a name one of a secret, in the languages of our buyers.
SECRET_NAMES = (
    "pass",
    "pwd",
    "secret",
    "token",
    "kennwort",
    "geheim",
    "wachtwoord",
    "motdepasse",
    "mdp",
    "apikey",
    "api_key",
)
_ALL_NAMES = (*SECRET_NAMES, "pw_", "credentialmac", "digitalsignature")
_WORDS = "|".join(_ALL_NAMES)
# In a tag (or in what once was one), as a name in JSON, and as the name of a part of a form.
_SECRET_INSIDE = re.compile(
    rf"(?:<|&lt;|%3c)(?!/|%2f)[^<>&]{{0,200}}?(?:{_WORDS})"
    rf'|"[^"]{{0,60}}?(?:{_WORDS})[^"]{{0,60}}"\s{{0,20}}:'
    rf'|name="[^"]{{0,60}}?(?:{_WORDS})',
    re.IGNORECASE,
)
# The rest of an opening tag whose content was taken out, or that has none.
_TAKEN_OUT = re.compile(rf'[\w.:-]{{0,80}}(?:\s[^<>]{{0,500}})?(?:/>|>\s*(?:{re.escape(REDACTED)}|</))|[\w.:-]{{0,80}}\s*=\s*"{re.escape(REDACTED)}"')  # fmt: skip  # noqa: E501
# An element whose content was taken out, with its name.
_EMPTIED = re.compile(rf"<([\w:.-]{{1,80}}+)>{re.escape(REDACTED)}</\1>")
_SIGNS = ("<", '"', "&lt;", "&LT;", "%3c", "%3C")
DOUBT = "[cut off here: a secret may follow]"


def _is_in_order(text: str, root: str) -> bool:
    try:
        found = parse_xml(text, notes=[])
    except NotXml:
        return False
    return etree.QName(found).localname.casefold() == root.casefold()


def _names_no_secret(redacted: str) -> bool:
    """Whether nothing is left that could name a secret; every launch waits for this, and nearly none has."""
    left = _EMPTIED.sub("", redacted).lower()
    return not any(name in left for name in _ALL_NAMES)


def holds_secret(value: str) -> bool:
    """Whether a value is a document with an element, attribute or name that is one of a secret."""
    # Nearly no value is a document, and every launch waits for this.
    if not any(sign in value for sign in _SIGNS):
        return False
    return _SECRET_INSIDE.search(value) is not None


def cut_at_doubt(redacted: str, root: str) -> str:
    """A redacted document, whole where it is one of ``root`` in good order, as its protocol has it.

    Any other up to the first place that sounds like a secret and was not taken out.
    """
    if _names_no_secret(redacted) or _is_in_order(redacted, root):
        return redacted
    for found in _SECRET_INSIDE.finditer(redacted):
        if _TAKEN_OUT.match(redacted, found.end()) is None:
            return redacted[: found.start()] + DOUBT
    return redacted
