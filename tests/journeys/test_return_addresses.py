"""What we read in a return address is what Chromium reads in it, of thousands that were bent on purpose."""

import random
from itertools import product

from playwright.sync_api import Browser

from punchout.origins import allowed_address, parse_return_origins

LISTED = parse_return_origins("https://buyer.example/in/\nhttps://*.coupa.example\nhttp://localhost:*")
SCHEMES = (
    "https://",
    "HTTPS://",
    "https:\\\\",
    "https:/",
    "https:",
    "http://",
    "//",
    "hTtps://\t",
    " https://",
)
USERS = ("", "a@", "buyer.example@", "a:b@", "evil.example\\@", "@", "%40", "evil.example%2f@")
HOSTS = (
    "buyer.example", "BUYER.example", "acme.coupa.example", "localhost", "buyer.example.", "buyer%2eexample",
    "evil.example", "evil.example#.coupa.example", "evil.example?.coupa.example",
    "evil.example\\.coupa.example", "evil.example/.coupa.example", "evil.example%23.coupa.example",
    "evil.example;.coupa.example", "[::1].coupa.example", "a_b.coupa.example", "xn--bcher-kva.coupa.example",
    "buyer.example%00.coupa.example",
)  # fmt: skip
TAILS = (
    "/in/x",
    ":443/in/x",
    ":0443/in/x",
    ":/in/x",
    ":80/in/x",
    "/in/../x",
    "/in/%2e%2e/x",
    "?/in/",
    "#/in/",
    "",
)
BENT = (
    "\\",
    "/",
    "@",
    ":",
    "#",
    "?",
    "%",
    ".",
    "\t",
    "\u3002",
    "\uff0e",
    "\u2028",
    "\u00ad",
    "%2f",
    "%5c",
    "[",
    "]",
    ";",
)
READ = """pairs => pairs.map(([given, written]) => [given, written].map((text) => {
    try { const url = new URL(text); return url.username || url.password ? "a user" : url.origin; }
    catch { return "unreadable"; }
}))"""


def addresses() -> list[str]:
    built = ["".join(parts) for parts in product(SCHEMES, USERS, HOSTS, TAILS)]
    chance = random.Random(20260105)  # the same ones every time
    right = ("https://buyer.example/in/x?a=1", "https://acme.coupa.example/in/x", "http://localhost:8000/x")
    for _number in range(6000):
        text = chance.choice(right)
        for _bend in range(chance.randint(1, 3)):
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chance.choice(BENT) + text[at + chance.randint(0, 1) :]
        built.append(text)
    return built


def test_a_browser_goes_where_we_checked(chromium: Browser) -> None:
    taken = []
    for text in addresses():
        try:
            address = allowed_address(text, LISTED)
        except ValueError:
            continue
        taken.append((text, str(address), address.origin))
    assert len(taken) > 200
    page = chromium.new_page()
    try:
        read = page.evaluate(READ, [[given, written] for given, written, _origin in taken])
    finally:
        page.close()
    wrong = [
        (given, written, origin, found)
        for (given, written, origin), found in zip(taken, read, strict=True)
        if found != [origin, origin]
    ]
    assert wrong == []
