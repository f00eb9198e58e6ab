"""Reads our return page as a browser does: what would be posted, where to, in which charset."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

Fields = tuple[tuple[str, str], ...]


@dataclass
class ReturnPage:
    action: str = ""
    method: str = ""
    target: str = ""
    charset: str = ""
    meta_charset: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    forms: int = 0
    script_nonces: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = ReturnPage()
        self._in_form = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        page = self.page
        if tag == "meta" and "charset" in values:
            page.meta_charset = values["charset"]
        elif tag == "script":
            page.script_nonces.append(values.get("nonce", ""))
        elif tag == "form":
            page.forms += 1
            self._in_form = True
            page.action, page.method = values.get("action", ""), values.get("method", "get").lower()
            page.target, page.charset = values.get("target", ""), values.get("accept-charset", "")
        elif tag == "button" and self._in_form:
            page.buttons.append(values)
        elif tag in ("input", "textarea", "select") and self._in_form:
            page.fields.append((values.get("name", ""), values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False


def read_return_page(response: HttpResponse) -> ReturnPage:
    """The form of a hand-over page, decoded by the charset that its header names."""
    reader = _Reader()
    reader.feed(response.content.decode(response.charset))
    reader.close()
    return reader.page
