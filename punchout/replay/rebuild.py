"""From a row of the wire log back to the message, with a secret where one was taken out."""

from __future__ import annotations

import codecs
import hashlib
import re
from email.message import Message

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _

from punchout.adapters import Adapter
from punchout.documents import InboundMessage
from punchout.lookup import find_by_slug
from punchout.models import WireMessage
from punchout.wire import REDACTED

# How adapters say that a body was not stored, because secrets could not be found in it or nobody reads it.
_NOT_KEPT = re.compile(r"\A\[(?:not kept: |\d+ bytes not (?:stored|kept): )")
_DECLARED = re.compile(r"\A\s*<\?xml\s[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_OUR_ADDRESS = re.compile(r"(https?://[^\s/\"'<>]{1,255})/start/")
_REDACTED_IN_QUERY = (REDACTED, "%5Bredacted%5D")
_EMPTY = hashlib.sha256(b"").hexdigest()


class ReplayImpossible(Exception):
    """Why a stored message cannot be run again, in words for the operator."""


def rebuild(message: WireMessage, adapter: Adapter, secret: str) -> InboundMessage:
    """The message as it came, except that ``secret`` stands where its own was; empty: nothing is put there.

    Where the charset of the body is not known any more it is UTF-8.
    """
    if _NOT_KEPT.match(message.body):
        raise ReplayImpossible(
            _("The body of this message was not kept: %(why)s") % {"why": message.body[:200]}
        )
    length = header(message.headers, "Content-Length")
    if message.body_sha256 == _EMPTY and length.isdigit() and int(length) > 0:
        raise ReplayImpossible(_("This message could not be read to its end, so its body was not kept."))
    path, _mark, query = message.path.partition("?")
    if secret:
        for word in _REDACTED_IN_QUERY:
            query = query.replace(word, secret)
    text = adapter.with_secret(message.body, secret or REDACTED)
    content_type = header(message.headers, "Content-Type")
    try:
        slug = resolve(path).kwargs.get("connection", "")
    except Resolver404:
        raise ReplayImpossible(_("The address of this message is no longer one of ours.")) from None
    return InboundMessage(
        method=message.method,
        path=path,
        query=query,
        headers=dict(message.headers),
        content_type=content_type,
        body=_encoded(text, content_type),
        remote_address=message.remote_address,
        base_url=_base_url(message),
        connection=find_by_slug(adapter.slug, slug) if slug else None,
        # Never saved: what the adapter learns is compared and forgotten. The number is in some answers.
        record=WireMessage(
            pk=message.pk,
            direction=message.direction,
            adapter=message.adapter,
            method=message.method,
            path=message.path,
            body_sha256=message.body_sha256,
            received_at=message.received_at,
        ),
        replayed=True,
    )


def _base_url(message: WireMessage) -> str:
    """How the sender reached us: as we are configured, or as we told him then."""
    if settings.PUBLIC_URL:
        return settings.PUBLIC_URL
    told = _OUR_ADDRESS.search("\n".join([*message.answer_headers.values(), message.answer_body]))
    return told[1] if told else f"http://{header(message.headers, 'Host') or 'localhost'}"


def header(headers: dict[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.casefold() == name.casefold()), "")


def language_of(message: WireMessage) -> str:
    """The language its sender's browser asked for, as the middleware finds it out."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header(message.headers, "Accept-Language")
    return translation.get_language_from_request(request)


def _encoded(text: str, content_type: str) -> bytes:
    named = Message()
    named["Content-Type"] = re.sub(r"[\r\n]", " ", content_type) or "text/x-none"
    declared = _DECLARED.match(text)
    for charset in (named.get_content_charset(), declared[1] if declared else None):
        name = _python_name(charset or "")
        if name and name != "ascii":
            try:
                return text.encode(name)
            except UnicodeEncodeError:
                break
    return text.encode("utf-8", "replace")


def _python_name(charset: str) -> str:
    try:
        found = codecs.lookup(charset)
    except (LookupError, ValueError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) else ""
