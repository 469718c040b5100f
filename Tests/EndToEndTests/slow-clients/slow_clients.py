#!/usr/bin/env python3
"""HTTPS clients that send a request so slowly that it never comes to an end.

slow_clients.py PORT COUNT   (until SIGTERM)

Of ten one connects and says nothing, one stops after the TLS handshake, and eight send a header byte by byte. Whoever is
cut off comes back: to each its own time, as with clients that know nothing of one another. Prints "ready" when all of them
are there, after as long as nginx waits for a header (client_header_timeout in nginx.conf).
"""

import asyncio
import contextlib
import ssl
import sys

HEADER_TIMEOUT = 10  # seconds


async def stay(port, kind, context, delay, is_there):
    await asyncio.sleep(delay)
    tls = {} if kind == 0 else {"ssl": context, "server_hostname": "localhost"}
    while True:
        writer = None
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port, **tls), 30)
            is_there.set()
            if kind == 2:
                writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(1)
            else:
                await reader.read()
        if writer:
            writer.close()
        await asyncio.sleep(0.1)


async def main(port, count):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    events = [asyncio.Event() for _ in range(count)]
    clients = [
        asyncio.create_task(stay(port, min(number % 10, 2), context, HEADER_TIMEOUT * number / count, event))
        for number, event in enumerate(events)
    ]
    for event in events:
        await event.wait()
    print("ready", flush=True)
    await asyncio.gather(*clients)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
