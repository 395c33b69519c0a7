"""Pages leave compressed, but only those one of our own pages or the reader asked for.

What is compressed tells by its length whether a guess stands in it too (BREACH). So nothing is compressed
that another site caused, nor what does not say who caused it; and the length carries a random part.
A stream is never compressed: it would be held back. See ADR 7.
"""

import gzip
import secrets
import zlib

from flask import Flask, Response, request

OURS = frozenset({"same-origin", "none"})
TYPES = frozenset({"text/html", "application/json", "application/problem+json"})
SMALLEST = 1024
"""Bytes below which a packet is a packet."""
LEVEL = 5
LONGEST_PAD = 64
ENCODING = "gzip"


def install(app: Flask) -> None:
    """Compress what leaves; installed first, so that it is the last to touch an answer."""
    app.after_request(_compress)


def welcome() -> bool:
    """Return whether the reader takes gzip; ``q=0`` refuses it."""
    return bool(request.accept_encodings.quality(ENCODING))


def whole(data: bytes) -> bytes:
    """Return a file's bytes compressed as well as can be, the same each time."""
    return gzip.compress(data, 9, mtime=0)


def padded(data: bytes) -> bytes:
    """Return bytes compressed under a file name of random length, which readers skip (RFC 1952 §2.3.1)."""
    name = secrets.token_hex(LONGEST_PAD)[: 1 + secrets.randbelow(LONGEST_PAD)].encode()
    header = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + b"\0"
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return header + body + tail


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    if (
        not welcome()
        or request.headers.get("Sec-Fetch-Site") not in OURS
        or "Content-Encoding" in response.headers
        or (response.content_length or 0) < SMALLEST
    ):
        return response
    response.set_data(padded(response.get_data()))
    response.headers["Content-Encoding"] = ENCODING
    return response
