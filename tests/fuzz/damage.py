"""Messages that are nearly right, and texts nobody would write: what parsers stumble over."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# A few seconds in a usual run; FUZZ_EXAMPLES=20000 for a night.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
LONGEST_SECONDS = 5.0
fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

PIECES = st.sampled_from(
    [
        b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&x;", b"&#0;", b"&#x110000;", b"<!DOCTYPE a [", b"]>",
        b"<?xml ?>", b"<a>" * 300, b"<b ", b'"', b"'", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
        b"\xed\xa0\x80", b"%", b"%00", b"%zz", b"&", b"=", b"&a=" * 600, b"--x\r\n", b"\r\n\r\n", b"{",
        b"}", b"[" * 2000, b'{"a":' * 200, b"1e999999", b"-0", b"NaN", b"Infinity", b"9" * 400,
        "٣".encode(), "½".encode(), b"\xc3\x28", b"+-", b"../..", b"\x1b",
    ]
)  # fmt: skip
CONTENT_TYPES = st.sampled_from(
    [
        "", "text/xml", "text/xml; charset=utf-16", "text/xml; charset=latin-1",
        "text/xml; charset=unicode_escape", "application/json", "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data",
        "multipart/form-data; boundary=x", 'multipart/form-data; boundary="', "text/plain",
        "a/b; charset=\x00", "x" * 5000, "multipart/form-data; boundary=" + "y" * 300,
        "text/xml; charset=idna",
    ]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """``whole`` with up to four pieces put in, cut out or doubled; now and then any bytes at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    body = whole
    for _time in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body)))
        cut = draw(st.sampled_from([0, 0, 1, 2, 7, 40, 10_000]))
        body = body[:place] + draw(st.one_of(PIECES, st.binary(max_size=3))) + body[place + cut :]
        if draw(st.integers(0, 7)) == 0:
            body = body[:place] + body
    return body[:200_000]
