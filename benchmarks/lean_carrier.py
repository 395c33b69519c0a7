"""The least a carrier can be: takes every SMS, answers after a while, reports nothing.

Run as a process by ``benchmarks.carrier``; imports nothing of ours, so that it is there at once.
"""

import asyncio
import json
import sys
import time

TAKEN = json.dumps({"sid": f"SM{0:032}", "status": "queued", "direction": "outbound-api"})


class Seen:
    """How many requests came, and when the last one did."""

    count = 0
    last = 0.0


async def _talk(seen: Seen, delay: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, one after the other."""
    while head := await _head(reader):
        length = next((int(line[15:]) for line in head if line.lower().startswith(b"content-length:")), 0)
        await reader.readexactly(length)
        status, body = "200 OK", json.dumps({"count": seen.count, "last": seen.last})
        if head[0].startswith(b"POST"):
            seen.count, seen.last = seen.count + 1, time.perf_counter()
            await asyncio.sleep(delay)
            status, body = "201 Created", TAKEN
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
        writer.write(f"HTTP/1.1 {status}\r\n{kind}\r\n\r\n{body}".encode())
        await writer.drain()
    writer.close()


async def _head(reader: asyncio.StreamReader) -> list[bytes]:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2]
    except (asyncio.IncompleteReadError, ConnectionError):
        return []


async def _serve(port: int, delay: float) -> None:
    seen = Seen()
    server = await asyncio.start_server(lambda r, w: _talk(seen, delay, r, w), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
